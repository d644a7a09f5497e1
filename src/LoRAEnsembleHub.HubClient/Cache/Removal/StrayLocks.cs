namespace LoRAEnsembleHub.Hub;

/// <summary>Locks of contents that are not there any longer: other tools leave them behind for ever.</summary>
internal sealed class StrayLocks
{
    private const string Ending = ".lock";

    private readonly CacheLayout layout;
    private readonly FileLocker locker;

    public StrayLocks(CacheLayout layout, FileLocker locker) => (this.layout, this.locker) = (layout, locker);

    /// <returns>The lock files of a cache whose content is not there.</returns>
    public static IReadOnlyList<string> Find(CacheLayout layout) =>
        PlainFolders.IsLink(layout.Locks)
            ? []
            :
            [
                .. FolderWalk
                    .Entries(layout.Locks)
                    .Where(folder => folder.LinkTarget is null)
                    .SelectMany(folder => FolderWalk.Entries(folder.FullName))
                    .Where(file =>
                        file is FileInfo { LinkTarget: null, Extension: Ending } && !File.Exists(ContentOf(layout, file.FullName))
                    )
                    .Select(file => file.FullName),
            ];

    /// <summary>Removes one, unless it is held or its content has come since.</summary>
    public void Remove(string path)
    {
        if (!File.Exists(path) || locker.TryTake(path) is not { } taken)
        {
            return; // Whoever holds it needs it: it is no stray any longer.
        }

        using (taken)
        {
            if (!File.Exists(ContentOf(layout, path)))
            {
                taken.DeleteFile();
            }
        }

        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    private static string ContentOf(CacheLayout layout, string path) =>
        Path.Combine(layout.Root, Path.GetFileName(Path.GetDirectoryName(path))!, "blobs", Path.GetFileNameWithoutExtension(path));
}
