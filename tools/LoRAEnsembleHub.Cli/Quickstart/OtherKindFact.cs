using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>What the quickstart showed for another kind of input than pictures.</summary>
internal sealed record OtherKindFact
{
    /// <summary>The base's repository.</summary>
    public required string Base { get; init; }

    /// <summary>Of the ensemble.</summary>
    public required int Members { get; init; }

    /// <summary>Data set and split.</summary>
    public required string Data { get; init; }

    /// <summary>What examples are called.</summary>
    public required string Inputs { get; init; }

    public required IReadOnlyList<ShownPrediction> Examples { get; init; }

    public required EvaluationSummary Summary { get; init; }

    public required Aggregation Aggregation { get; init; }

    /// <summary>Null where no unfamiliar data are at hand.</summary>
    public required OutsideFact? Outside { get; init; }

    public required IReadOnlyList<ShownPrediction> Strangers { get; init; }

    public string InWords() => $"{Members} members on {Base}; shown are {PictureChoice.InWords}.";

    public string? OutsideInWords() =>
        Outside is null
            ? null
            : $"On {Data} the members disagree by {Figures.Short(Outside.FamiliarMutualInformation)} nats on average, on {Outside.Data}, "
                + $"{Inputs} of another kind, by {Figures.Short(Outside.UnfamiliarMutualInformation)} "
                + $"(AUROC {Figures.Short(Outside.Separation.MutualInformation.Auroc)}).";
}
