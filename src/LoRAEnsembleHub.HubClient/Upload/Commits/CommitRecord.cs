namespace LoRAEnsembleHub.Hub;

/// <summary>One line of a repository's history.</summary>
internal sealed record CommitRecord
{
    public string? Id { get; init; }

    public string? Title { get; init; }
}
