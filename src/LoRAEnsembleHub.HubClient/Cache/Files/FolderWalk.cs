namespace LoRAEnsembleHub.Hub;

/// <summary>Lists what lies below a folder without ever going through a link.</summary>
internal static class FolderWalk
{
    /// <returns>All files below a folder, in the order of their names; links count as files unless they lead to a folder.</returns>
    public static IEnumerable<FileInfo> Files(string folder)
    {
        foreach (var entry in Entries(folder))
        {
            if (entry is FileInfo file)
            {
                yield return file;
            }
            else if (entry.LinkTarget is null)
            {
                foreach (var below in Files(entry.FullName))
                {
                    yield return below;
                }
            }
        }
    }

    /// <returns>What lies directly in a folder, in the order of names; nothing if there is no such folder.</returns>
    public static IEnumerable<FileSystemInfo> Entries(string folder) =>
        Directory.Exists(folder)
            ? new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, CodePointOrder.Instance)
            : [];
}
