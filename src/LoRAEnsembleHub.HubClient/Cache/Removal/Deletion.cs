namespace LoRAEnsembleHub.Hub;

/// <summary>Deletes without following links, and says what that frees.</summary>
internal static class Deletion
{
    /// <summary>Deletes a file, a folder with everything in it, or a link; nothing there is fine too.</summary>
    public static void Remove(string path)
    {
        if (!PlainFolders.IsLink(path))
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true); // Links inside are deleted, not followed.
                return;
            }
        }
        else if (OperatingSystem.IsWindows() && Directory.Exists(path))
        {
            Directory.Delete(path); // There a link to a folder counts as a folder.
            return;
        }

        File.Delete(path);
    }

    /// <returns>The bytes of all contents in a repository's folder, each counted once whatever names it has.</returns>
    public static long RepoBytes(string repoFolder) =>
        PlainFolders.IsLink(repoFolder)
            ? 0
            : FolderWalk
                .Files(Path.Combine(repoFolder, "blobs"))
                .Concat(FolderWalk.Files(Path.Combine(repoFolder, "snapshots")))
                .Where(file => file.LinkTarget is null)
                .DistinctBy(file => FileIdentity.Of(file.FullName) is { } identity ? (object)identity : file.FullName)
                .Sum(file => file.Length);

    /// <returns>The bytes that only a snapshot has: its copies.</returns>
    public static long CopyBytes(string snapshotFolder, RepoBlobs blobs) =>
        FolderWalk
            .Files(snapshotFolder)
            .Where(file => file.LinkTarget is null && blobs.Resolve(file).FullName == file.FullName)
            .Sum(file => file.Length);

    /// <returns>The bytes of one file; 0 for a link or nothing.</returns>
    public static long FileBytes(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null } file ? file.Length : 0;
}
