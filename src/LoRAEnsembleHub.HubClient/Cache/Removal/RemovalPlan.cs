namespace LoRAEnsembleHub.Hub;

/// <summary>What would be removed from a cache, before anything is.</summary>
public sealed record RemovalPlan
{
    /// <summary>Folders of repositories that go whole.</summary>
    public IReadOnlyList<string> Repos { get; init; } = [];

    /// <summary>Folders of snapshots.</summary>
    public IReadOnlyList<string> Snapshots { get; init; } = [];

    /// <summary>Records of branches and tags that stood for the snapshots.</summary>
    public IReadOnlyList<string> Refs { get; init; } = [];

    /// <summary>Contents that nothing would refer to any longer.</summary>
    public IReadOnlyList<string> Blobs { get; init; } = [];

    /// <summary>Unfinished downloads.</summary>
    public IReadOnlyList<string> Incomplete { get; init; } = [];

    /// <summary>Listings of commits without a snapshot, and marks of files that such commits do not have.</summary>
    public IReadOnlyList<string> Records { get; init; } = [];

    /// <summary>What was asked for and is not in the cache.</summary>
    public IReadOnlyList<string> NotFound { get; init; } = [];

    /// <summary>How many bytes would be freed, apart from records.</summary>
    public long FreedBytes { get; init; }

    /// <summary>Whether there is nothing to remove.</summary>
    public bool IsEmpty => Repos.Count + Snapshots.Count + Refs.Count + Blobs.Count + Incomplete.Count + Records.Count == 0;
}
