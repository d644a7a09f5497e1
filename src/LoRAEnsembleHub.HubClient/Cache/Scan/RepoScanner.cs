namespace LoRAEnsembleHub.Hub;

/// <summary>Reads one repository's folder of a cache.</summary>
internal static class RepoScanner
{
    private const int LongestRefBytes = 1024; // A hash has 40; what is in it is shown in warnings.
    private const string PullAgain = "Pull the repository again, or remove it from the cache.";

    /// <exception cref="CorruptRepoException">The folder is not as huggingface_hub would leave it.</exception>
    public static CachedRepo Scan(string folder, RepoId id)
    {
        var snapshots = Path.Combine(folder, "snapshots");
        if (!Directory.Exists(snapshots))
        {
            throw new CorruptRepoException($"Snapshots dir doesn't exist in cached repo: {snapshots}", PullAgain);
        }

        var refs = ReadRefs(folder);
        var blobs = new RepoBlobs(folder);
        var revisions = new List<CachedRevision>();
        foreach (var entry in FolderWalk.Entries(snapshots).Where(entry => !CacheScanner.Ignored.Contains(entry.Name)))
        {
            if (!Directory.Exists(entry.FullName))
            {
                throw new CorruptRepoException(
                    $"Snapshots folder corrupted. Found a file: {entry.FullName}",
                    "Move it elsewhere; only folders named for commits belong there."
                );
            }

            revisions.Add(ReadRevision(entry, refs, blobs));
        }

        CheckRefs(folder, refs, revisions);
        var files = revisions.SelectMany(revision => revision.Files).ToList();
        var (orphans, incomplete) = blobs.Unused(files);
        var self = new DirectoryInfo(folder);
        return new()
        {
            Id = id,
            Folder = folder,
            Revisions = revisions,
            Refs = refs,
            Incomplete = incomplete,
            Orphans = orphans,
            LastAccessed = files.Count > 0 ? files.Max(file => file.LastAccessed) : self.LastAccessTimeUtc,
            LastModified = files.Count > 0 ? files.Max(file => file.LastModified) : self.LastWriteTimeUtc,
        };
    }

    /// <returns>The contents of a repository that cannot be read otherwise, none of them used; null if the folder is none's.</returns>
    public static CachedRepo? ContentsOnly(string folder)
    {
        if (CacheScanner.IdOf(Path.GetFileName(folder)) is not { } id || !Directory.Exists(folder))
        {
            return null;
        }

        var (contents, incomplete) = new RepoBlobs(folder).Unused([]);
        var self = new DirectoryInfo(folder);
        return new()
        {
            Id = id,
            Folder = folder,
            Revisions = [],
            Refs = new Dictionary<string, string>(),
            Incomplete = incomplete,
            Orphans = contents,
            LastAccessed = self.LastAccessTimeUtc,
            LastModified = self.LastWriteTimeUtc,
        };
    }

    private static SortedDictionary<string, string> ReadRefs(string folder)
    {
        var place = Path.Combine(folder, "refs");
        if (File.Exists(place))
        {
            throw new CorruptRepoException($"Refs directory cannot be a file: {place}", PullAgain);
        }

        var refs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in FolderWalk.Files(place).Where(file => !CacheScanner.Ignored.Contains(file.Name)))
        {
            if (file.LinkTarget is not null || file.Length > LongestRefBytes)
            {
                throw new CorruptRepoException($"A ref is no commit hash: {file.FullName}", PullAgain);
            }

            refs.Add(NameBelow(place, file.FullName), File.ReadAllText(file.FullName));
        }

        return refs;
    }

    private static CachedRevision ReadRevision(FileSystemInfo folder, SortedDictionary<string, string> refs, RepoBlobs blobs)
    {
        var files = FolderWalk.Files(folder.FullName).Select(file => ReadFile(folder.FullName, file, blobs)).ToList();
        return new()
        {
            Commit = folder.Name,
            Folder = folder.FullName,
            Refs = [.. refs.Where(pair => pair.Value == folder.Name).Select(pair => pair.Key)],
            Files = files,
            LastModified = files.Count > 0 ? files.Max(file => file.LastModified) : folder.LastWriteTimeUtc,
            LastUsed = files.Count > 0 ? files.Max(LastUse) : folder.LastWriteTimeUtc,
        };
    }

    private static CachedFile ReadFile(string snapshot, FileInfo file, RepoBlobs blobs)
    {
        var blob = blobs.Resolve(file);
        if (!blob.Exists)
        {
            throw new CorruptRepoException($"Blob missing (broken symlink): {blob.FullName}", PullAgain);
        }

        return new()
        {
            Name = NameBelow(snapshot, file.FullName),
            Path = file.FullName,
            BlobPath = blob.FullName,
            Size = blob.Length,
            LastAccessed = blob.LastAccessTimeUtc,
            LastModified = blob.LastWriteTimeUtc,
            Linked = file.LastWriteTimeUtc,
        };
    }

    private static DateTimeOffset LastUse(CachedFile file) => new[] { file.LastAccessed, file.LastModified, file.Linked }.Max();

    private static void CheckRefs(string folder, SortedDictionary<string, string> refs, List<CachedRevision> revisions)
    {
        var lost = refs.Where(pair => revisions.TrueForAll(revision => revision.Commit != pair.Value))
            .GroupBy(pair => pair.Value, pair => pair.Key)
            .Select(group => $"{Quoted(group.Key)}: {{{string.Join(", ", group.Select(Quoted))}}}")
            .ToList();
        if (lost.Count > 0)
        {
            throw new CorruptRepoException(
                $"Reference(s) refer to missing commit hashes: {{{string.Join(", ", lost)}}} ({folder}).",
                "Pull that branch or tag again, or remove its file below refs."
            );
        }
    }

    // As Python shows a text in a list.
    private static string Quoted(string text) =>
        $"'{HubText.Shown(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))}'";

    private static string NameBelow(string folder, string path) =>
        Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
}
