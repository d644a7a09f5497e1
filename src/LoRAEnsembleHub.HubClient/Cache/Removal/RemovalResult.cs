namespace LoRAEnsembleHub.Hub;

/// <summary>What became of a plan to remove.</summary>
public sealed record RemovalResult
{
    /// <summary>How many bytes of contents and unfinished downloads are gone.</summary>
    public required long FreedBytes { get; init; }

    /// <summary>What is still there, and why; everything else of the plan is gone.</summary>
    public required IReadOnlyList<RemovalFailure> Failures { get; init; }
}

/// <summary>Something that was to be removed and is still there.</summary>
public sealed record RemovalFailure
{
    /// <summary>Where, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}
