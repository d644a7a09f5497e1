namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>Finds the folder of repositories that the quickstart serves.</summary>
internal static class AdapterFolder
{
    /// <param name="asked">That folder, or null to look for <c>adapters</c> from the current folder upwards.</param>
    /// <exception cref="CommandException">It is not there.</exception>
    public static string Find(string? asked)
    {
        if (asked is null)
        {
            return Above(Environment.CurrentDirectory);
        }

        Loading.Need.Folder(asked, "--adapters");
        return asked;
    }

    private static string Above(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "adapters");
            if (Directory.Exists(Path.Combine(candidate, "lorae")))
            {
                return Path.GetRelativePath(start, candidate);
            }
        }

        throw CommandException.NotFound(
            $"There is no folder adapters/lorae in {start} or above it; the quickstart shows the models and data in there.",
            "Run it inside a clone of the LoRAEnsembleHub repository, or give --adapters with the path of that folder."
        );
    }
}
