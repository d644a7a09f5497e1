using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>train</c> made.</summary>
internal sealed record TrainResult : ICommandResult
{
    public required string Output { get; init; }

    public required string Base { get; init; }

    public required string Data { get; init; }

    /// <summary>As the manifest has it.</summary>
    public required string Method { get; init; }

    /// <summary>Predictions for every input: members, or passes of an mc-dropout.</summary>
    public required int Members { get; init; }

    /// <summary>Of the low-rank updates; null where there are none.</summary>
    public required int? Rank { get; init; }

    /// <summary>Method and members in words.</summary>
    [JsonIgnore]
    public string Summary { get; init; } = "";

    public required long Parameters { get; init; }

    public required int Steps { get; init; }

    /// <summary>Updates that earlier runs had done; 0 for a fresh run.</summary>
    public required int ResumedFrom { get; init; }

    /// <summary>Of this run, measuring and writing included.</summary>
    public required double Seconds { get; init; }

    /// <summary>As the manifest has it; null where none was fitted.</summary>
    public required JsonNode? Temperature { get; init; }

    public required IReadOnlyList<ManifestMetric> Metrics { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The rank that settings give the updates; null where their method has none.</summary>
    public static int? RankOf(TrainingOptions training) =>
        training.Method is TrainingMethod.LoraEnsemble or TrainingMethod.SingleLora ? training.Rank : null;

    /// <summary>What settings train, in words.</summary>
    public static string Words(TrainingOptions training) =>
        training.Method switch
        {
            TrainingMethod.LoraEnsemble or TrainingMethod.SingleLora =>
                $"{training.Members} {(training.Members == 1 ? "member" : "members")} of rank {training.Rank}",
            TrainingMethod.HeadOnly => $"{training.Members} heads",
            TrainingMethod.ExplicitEnsemble => $"{training.Members} whole networks",
            TrainingMethod.SnapshotEnsemble => $"{training.Members} snapshots of one network",
            TrainingMethod.McDropout => $"one network with {training.Members} passes",
            _ => $"{training.Members} members on shared weights",
        };

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Facts([
            ("ensemble", Output),
            ("members", $"{Summary}, {Figures.Count(Parameters)} learned numbers"),
            ("temperature", Temperature?.ToJsonString()),
            ("trained", $"{Steps} updates in {Figures.Short(Seconds)} s{(ResumedFrom > 0 ? $", the first {ResumedFrom} earlier" : "")}"),
        ]);
        if (Metrics.Count > 0)
        {
            yield return MetricTable.Of(Metrics);
        }
    }

    public IEnumerable<string> ToQuietLines() => [Output];
}
