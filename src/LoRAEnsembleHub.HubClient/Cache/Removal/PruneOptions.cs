namespace LoRAEnsembleHub.Hub;

/// <summary>What pruning removes besides unfinished downloads and contents that nothing refers to.</summary>
public sealed record PruneOptions
{
    /// <summary>Whether snapshots go that no branch or tag stands for any longer.</summary>
    public bool Detached { get; init; } = true;

    /// <summary>
    /// How many bytes the cache may keep; the snapshots that were not used for longest go until it fits. Null for no limit; 0 or more.
    /// </summary>
    /// <remarks>The order is that of <see cref="CachedRevision.LastUsed"/>.</remarks>
    public long? MaxBytes { get; init; }

    /// <summary>Repositories of which every snapshot stays, whatever the other options say.</summary>
    public IReadOnlyCollection<RepoId> Keep { get; init; } = [];

    internal PruneOptions Checked()
    {
        if (MaxBytes is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(MaxBytes));
        }

        return this;
    }
}
