namespace LoRAEnsembleHub.Torch.Tests;

/// <summary>Finds the golden data: tests/golden beside the solution.</summary>
internal static class Golden
{
    /// <summary>The path of a golden file or folder.</summary>
    public static string PathOf(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LoRAEnsembleHub.sln")))
        {
            folder = folder.Parent;
        }

        return folder is not null
            ? Path.Combine([folder.FullName, "tests", "golden", .. parts])
            : throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds LoRAEnsembleHub.sln.");
    }
}
