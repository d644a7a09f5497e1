namespace LoRAEnsembleHub.Hub;

/// <summary>What a hub says of a commit it made.</summary>
internal sealed record CommitAnswer
{
    public string? CommitOid { get; init; }

    public string? PullRequestUrl { get; init; }
}
