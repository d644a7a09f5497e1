namespace LoRAEnsembleHub.Ensembles;

/// <summary>What a card says of the members besides what the manifest knows.</summary>
/// <param name="Members">How many there are.</param>
/// <param name="Rank">The highest rank of their updates.</param>
/// <param name="Parameters">Numbers that are kept for all members together; the manifest may say how many of them were learned.</param>
public sealed record EnsembleCardFacts(int Members, int Rank, long Parameters)
{
    /// <summary>The repository that the ensemble is published in; null where that is not known.</summary>
    public string? RepoId { get; init; }
}
