using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What a repository's own files say about it.</summary>
internal sealed record RepoFacts
{
    public IReadOnlyList<string> Tags { get; init; } = [];

    public string? PipelineTag { get; init; }

    public string? LibraryName { get; init; }

    /// <summary>The front matter of its card.</summary>
    public JsonObject? CardData { get; init; }

    /// <summary>What clients are told of its configuration files.</summary>
    public JsonObject? Config { get; init; }
}
