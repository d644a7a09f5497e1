namespace LoRAEnsembleHub.Hub;

/// <summary>Asks whether the metadata of a model card are valid.</summary>
/// <param name="Content">The whole text of README.md.</param>
/// <param name="RepoType"><c>model</c>, <c>dataset</c> or <c>space</c>.</param>
internal sealed record CardRequest(string Content, string RepoType);

/// <summary>What a hub says of a model card.</summary>
internal sealed record CardAnswer
{
    public IReadOnlyList<CardRemark>? Errors { get; init; }

    public IReadOnlyList<CardRemark>? Warnings { get; init; }
}

/// <summary>One fault of a model card.</summary>
internal sealed record CardRemark
{
    public string? Message { get; init; }
}
