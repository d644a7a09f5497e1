namespace LoRAEnsembleHub.Hub;

/// <summary>One snapshot of a repository.</summary>
public sealed record CachedRevision
{
    /// <summary>The name of its folder: a commit hash, unless some other tool made it.</summary>
    public required string Commit { get; init; }

    /// <summary>Its folder, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>The branches and tags that stand for it, in order; none if they have moved on.</summary>
    public required IReadOnlyList<string> Refs { get; init; }

    /// <summary>Its files, in the order of their names.</summary>
    public required IReadOnlyList<CachedFile> Files { get; init; }

    /// <summary>When a file of it was last written.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>
    /// When it was last used, as far as can be known: the latest time at which a content was read or written or a file of the snapshot made.
    /// </summary>
    /// <remarks>Many systems record reading once a day or not at all; then this is the time of the last pull.</remarks>
    public required DateTimeOffset LastUsed { get; init; }

    /// <summary>Bytes of its files, each content counted once.</summary>
    public long SizeOnDisk => Files.DistinctBy(file => file.BlobPath).Sum(file => file.Size);
}

/// <summary>One file of a snapshot.</summary>
public sealed record CachedFile
{
    /// <summary>Its name in the repository, with <c>/</c> between folders.</summary>
    public required string Name { get; init; }

    /// <summary>Where it lies in the snapshot, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Where its bytes lie, absolute: a file in <c>blobs</c>, or the file itself where it is a copy.</summary>
    public required string BlobPath { get; init; }

    /// <summary>Its bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When its bytes were last read, as far as the file system records that.</summary>
    public required DateTimeOffset LastAccessed { get; init; }

    /// <summary>When its bytes were last written.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>When the file of the snapshot was made.</summary>
    internal DateTimeOffset Linked { get; init; }
}
