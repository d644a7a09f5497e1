using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The plain models that members were merged into.</summary>
internal sealed record MergeResult : ICommandResult
{
    public required string? Base { get; init; }

    public required string Ensemble { get; init; }

    public required IReadOnlyList<string> Models { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks() =>
        [new Facts([("base", Base), ("ensemble", Ensemble), .. Models.Select(model => ("model", (string?)model))])];

    public IEnumerable<string> ToQuietLines() => Models;
}
