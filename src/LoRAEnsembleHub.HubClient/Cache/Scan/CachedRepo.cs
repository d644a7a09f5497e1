namespace LoRAEnsembleHub.Hub;

/// <summary>One repository of a cache.</summary>
public sealed record CachedRepo
{
    /// <summary>Its id.</summary>
    public required RepoId Id { get; init; }

    /// <summary>Its folder, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>Its snapshots, in the order of their names.</summary>
    public required IReadOnlyList<CachedRevision> Revisions { get; init; }

    /// <summary>What each branch and tag stood for when it was last pulled.</summary>
    public required IReadOnlyDictionary<string, string> Refs { get; init; }

    /// <summary>Downloads that were not finished, or are going on.</summary>
    public required IReadOnlyList<CachedBlob> Incomplete { get; init; }

    /// <summary>Contents that no snapshot refers to.</summary>
    public required IReadOnlyList<CachedBlob> Orphans { get; init; }

    /// <summary>When a file of a snapshot was last read, as far as the file system records that.</summary>
    public required DateTimeOffset LastAccessed { get; init; }

    /// <summary>When a file of a snapshot was last written.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>Bytes of all files of all snapshots, each content counted once.</summary>
    public long SizeOnDisk => Contents.Sum(file => file.Size);

    /// <summary>How many different contents the snapshots have.</summary>
    public int FileCount => Contents.Count();

    private IEnumerable<CachedFile> Contents => Revisions.SelectMany(revision => revision.Files).DistinctBy(file => file.BlobPath);
}

/// <summary>A file in a repository's folder of contents.</summary>
public sealed record CachedBlob
{
    /// <summary>Where it lies, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Its bytes.</summary>
    public required long Size { get; init; }
}
