namespace LoRAEnsembleHub.Hub;

/// <summary>The locks of one repository of a cache, taken for removing, without waiting.</summary>
internal sealed class RepoLocks
{
    private const string Ending = ".lock";

    private readonly string repoFolder;
    private readonly string? folder;
    private readonly FileLocker locker;

    public RepoLocks(CacheLayout layout, string repoFolder, FileLocker locker)
    {
        var place = Path.Combine(layout.Locks, Path.GetFileName(repoFolder));
        folder = PlainFolders.IsLink(layout.Locks) || PlainFolders.IsLink(place) ? null : place;
        this.repoFolder = repoFolder;
        this.locker = locker;
    }

    /// <summary>Takes every lock of the repository.</summary>
    /// <returns>The locks; null if a lock is held: somebody is downloading.</returns>
    public IReadOnlyList<FileLock>? TryTakeAll()
    {
        var files = FolderWalk.Entries(folder ?? "").OfType<FileInfo>().Where(file => file.LinkTarget is null && file.Extension == Ending);
        var taken = new List<FileLock>();
        foreach (var file in files)
        {
            if (locker.TryTake(file.FullName) is not { } one)
            {
                GiveBack(taken);
                return null;
            }

            taken.Add(one);
        }

        return taken;
    }

    /// <summary>Takes the lock of one content if it has one.</summary>
    /// <param name="blobName">The name of the content, or of an unfinished download of it.</param>
    /// <param name="taken">The lock; null if there is none.</param>
    /// <returns>Whether nobody else holds it.</returns>
    public bool TryTake(string blobName, out FileLock? taken)
    {
        taken = null;
        if (folder is null)
        {
            return true;
        }

        var file = Path.Combine(folder, blobName.Split('.')[0] + Ending);
        if (!File.Exists(file))
        {
            return true;
        }

        taken = locker.TryTake(file);
        return taken is not null;
    }

    /// <returns>The content that a lock is for.</returns>
    public string ContentOf(FileLock one) => Path.Combine(repoFolder, "blobs", Path.GetFileNameWithoutExtension(one.Path));

    /// <returns>All contents that a snapshot refers to now.</returns>
    public HashSet<string> ContentsInUse()
    {
        var blobs = new RepoBlobs(repoFolder);
        return FolderWalk
            .Files(Path.Combine(repoFolder, "snapshots"))
            .Select(file => blobs.Resolve(file).FullName)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Removes the folder of the locks once it is empty.</summary>
    public void DeleteFolder()
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>Gives locks back.</summary>
    public static void GiveBack(IEnumerable<FileLock> taken)
    {
        foreach (var one in taken)
        {
            one.Dispose();
        }
    }
}
