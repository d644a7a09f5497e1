using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>evaluate</c> measured.</summary>
internal sealed record EvaluateResult : ICommandResult
{
    public required string? Base { get; init; }

    public required string? Ensemble { get; init; }

    /// <summary>The members that were used, by their places in the ensemble; null for all.</summary>
    public required IReadOnlyList<int>? Only { get; init; }

    /// <summary>How the manifest makes members one prediction.</summary>
    public required Aggregation Aggregation { get; init; }

    /// <summary>[members].</summary>
    public required IReadOnlyList<double> Temperatures { get; init; }

    /// <summary>Data set and split.</summary>
    public required string Data { get; init; }

    /// <summary>What the examples are, such as <c>images</c>.</summary>
    public required string Inputs { get; init; }

    public required EvaluationSummary Summary { get; init; }

    public required EvaluationDetails Details { get; init; }

    /// <summary>Null where it was not asked for.</summary>
    public required CalibrationFact? Calibration { get; init; }

    public required OutsideFact? Outside { get; init; }

    /// <summary>On the examples made worse; null where it was not asked for.</summary>
    public required ShiftReport? Shift { get; init; }

    /// <summary>The folder with the reports, or null.</summary>
    public required string? Report { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Facts([
            ("base", Base),
            ("ensemble", Ensemble ?? "none: the base alone"),
            ("members used", Only is null ? null : string.Join(", ", Only)),
            ("data", $"{Data}, {Figures.Count(Summary.Examples)} {Inputs}, {Summary.Classes} classes"),
            ("temperature", Temperatures.All(value => value == 1) ? null : string.Join(", ", Temperatures.Distinct())),
        ]);
        yield return ScoreTable.Of(Summary, Aggregation);
        yield return new Facts([
            ("mutual information", $"{Figures.Score(Summary.MeanMutualInformation)} nats on average"),
            ("disagreement", $"{Figures.Score(Summary.Disagreement)} of pairs of members"),
        ]);
        foreach (var block in Details.ToBlocks().Concat(Calibration?.ToBlocks() ?? []))
        {
            yield return block;
        }

        if (Outside is { } outside)
        {
            yield return outside.Table(Data);
        }

        if (Shift is { } shift)
        {
            yield return ShiftFact.Table(shift);
        }

        foreach (var block in ReportFiles.ToBlocks(Report))
        {
            yield return block;
        }
    }

    public IEnumerable<string> ToQuietLines() =>
        Report is { } folder
            ? ReportFiles.In(folder)
            : [Figures.Raw((Aggregation == Aggregation.MeanLogit ? Summary.MeanLogit : Summary.MeanProbability).Accuracy)];
}
