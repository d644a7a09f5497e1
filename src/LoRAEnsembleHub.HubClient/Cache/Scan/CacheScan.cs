namespace LoRAEnsembleHub.Hub;

/// <summary>What a cache holds.</summary>
public sealed record CacheScan
{
    /// <summary>The cache's folder, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>All repositories that can be read, in the order of their folders' names.</summary>
    public required IReadOnlyList<CachedRepo> Repos { get; init; }

    /// <summary>What could not be read, and why; the rest is not affected.</summary>
    public required IReadOnlyList<CacheWarning> Warnings { get; init; }

    /// <summary>Bytes of all files of all snapshots, each content of a repository counted once.</summary>
    public long SizeOnDisk => Repos.Sum(repo => repo.SizeOnDisk);
}

/// <summary>Something in the cache that is not as it should be.</summary>
public sealed record CacheWarning
{
    /// <summary>Where, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>What was found, in the words of huggingface_hub's own scan, so that both tools' reports can be compared.</summary>
    public required string Problem { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Hint { get; init; }
}
