namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Copies folders.</summary>
internal static class FolderCopy
{
    /// <summary>Copies every file, also into folders that are there already; none may be in the way.</summary>
    public static void Make(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
