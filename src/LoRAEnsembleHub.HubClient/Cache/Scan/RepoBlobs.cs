namespace LoRAEnsembleHub.Hub;

/// <summary>Finds the content behind a file of a snapshot: by its link, or where it is a hard link by the file's identity.</summary>
internal sealed class RepoBlobs
{
    private readonly string folder;
    private readonly List<FileInfo> blobs;
    private readonly Lazy<Dictionary<FileIdentity, FileInfo>> byIdentity;
    private bool hasUnidentified;

    public RepoBlobs(string repoFolder)
    {
        folder = Path.Combine(repoFolder, "blobs");
        blobs = [.. FolderWalk.Entries(folder).OfType<FileInfo>()];
        byIdentity = new(Identify);
    }

    /// <returns>The file that has the bytes; it does not exist if a link is broken.</returns>
    public FileInfo Resolve(FileInfo file)
    {
        if (file.LinkTarget is { } target)
        {
            // Named through the cache's own folder, which may itself be a link; only links to links are asked of the system.
            var direct = new FileInfo(Path.GetFullPath(target, file.DirectoryName!));
            return direct.LinkTarget is null ? direct : new((direct.ResolveLinkTarget(returnFinalTarget: true) ?? direct).FullName);
        }

        if (FileIdentity.Of(file.FullName) is { } identity)
        {
            return byIdentity.Value.GetValueOrDefault(identity, file);
        }

        hasUnidentified = true;
        return file;
    }

    /// <summary>Splits off what no file uses.</summary>
    /// <param name="files">All files of all snapshots.</param>
    /// <returns>Contents that nothing refers to, and unfinished downloads.</returns>
    public (IReadOnlyList<CachedBlob> Orphans, IReadOnlyList<CachedBlob> Incomplete) Unused(IEnumerable<CachedFile> files)
    {
        var used = files.Select(file => file.BlobPath).ToHashSet(StringComparer.Ordinal);
        var rest = blobs.Where(blob => !used.Contains(blob.FullName)).ToLookup(blob => IsIncomplete(blob.Name));

        // A file of a snapshot that could not be told apart from a blob may be one: then nothing is called an orphan.
        return (hasUnidentified ? [] : List(rest[false]), List(rest[true]));
    }

    /// <returns>Whether a file in <c>blobs</c> is an unfinished download.</returns>
    public static bool IsIncomplete(string name) => name.EndsWith(CacheLayout.IncompleteSuffix, StringComparison.Ordinal);

    private static List<CachedBlob> List(IEnumerable<FileInfo> files) =>
        [.. files.Select(file => new CachedBlob { Path = file.FullName, Size = file.LinkTarget is null ? file.Length : 0 })];

    private Dictionary<FileIdentity, FileInfo> Identify()
    {
        var found = new Dictionary<FileIdentity, FileInfo>();
        foreach (var blob in blobs.Where(blob => blob.LinkTarget is null && !IsIncomplete(blob.Name)))
        {
            if (FileIdentity.Of(blob.FullName) is { } identity)
            {
                found.TryAdd(identity, blob);
            }
        }

        return found;
    }
}
