using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>train</c> made.</summary>
internal sealed record TrainResult : ICommandResult
{
    public required string Output { get; init; }

    public required string Base { get; init; }

    public required string Data { get; init; }

    public required int Members { get; init; }

    public required int Rank { get; init; }

    public required long Parameters { get; init; }

    public required int Steps { get; init; }

    /// <summary>Updates that earlier runs had done; 0 for a fresh run.</summary>
    public required int ResumedFrom { get; init; }

    /// <summary>Of this run, measuring and writing included.</summary>
    public required double Seconds { get; init; }

    public required IReadOnlyList<ManifestMetric> Metrics { get; init; }

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Facts([
            ("ensemble", Output),
            ("members", $"{Members} of rank {Rank}, {Figures.Count(Parameters)} learned numbers"),
            ("trained", $"{Steps} updates in {Figures.Short(Seconds)} s{(ResumedFrom > 0 ? $", the first {ResumedFrom} earlier" : "")}"),
        ]);
        if (Metrics.Count > 0)
        {
            yield return MetricTable.Of(Metrics);
        }
    }

    public IEnumerable<string> ToQuietLines() => [Output];
}
