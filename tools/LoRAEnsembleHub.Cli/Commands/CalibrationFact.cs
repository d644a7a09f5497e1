using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What a temperature and conformal sets do that were fitted on examples held out for it.</summary>
internal sealed record CalibrationFact
{
    /// <summary>The examples it was fitted on, in words.</summary>
    public required string FittedOn { get; init; }

    public required int FittedExamples { get; init; }

    public required int TestedExamples { get; init; }

    /// <summary>[members]; what the logits were divided by before, as the manifest says.</summary>
    public required IReadOnlyList<double> OwnTemperatures { get; init; }

    /// <summary>Divides the logits of all members, in place of the temperatures of the manifest.</summary>
    public required double Temperature { get; init; }

    /// <summary>The best temperature lies beyond the limits of the search: there were too few examples, or none was wrong.</summary>
    public required bool IsAtLimit { get; init; }

    /// <summary>On the tested examples at the manifest's temperatures.</summary>
    public required EvaluationScores Before { get; init; }

    /// <summary>On the tested examples with it.</summary>
    public required EvaluationScores After { get; init; }

    /// <summary>Share of true classes that sets may miss.</summary>
    public required double Alpha { get; init; }

    public required IReadOnlyList<ConformalFact> Sets { get; init; }

    /// <summary>Fits on other predictions than those tested.</summary>
    public static CalibrationFact Of(string fittedOn, Predictions held, Predictions tested, Aggregation aggregation, double alpha)
    {
        var fit = TemperatureFit.Of(held, aggregation);
        var calibration = held.WithTemperature(fit.Temperature).Aggregate(aggregation);
        var test = tested.WithTemperature(fit.Temperature).Aggregate(aggregation);
        return new CalibrationFact
        {
            FittedOn = fittedOn,
            FittedExamples = held.Examples,
            TestedExamples = tested.Examples,
            OwnTemperatures = tested.Temperatures,
            Temperature = fit.Temperature,
            IsAtLimit = fit.AtLimit,
            Before = EvaluationScores.Of(tested.Aggregate(aggregation), tested.Labels!),
            After = EvaluationScores.Of(test, tested.Labels!),
            Alpha = alpha,
            Sets =
            [
                .. new[] { ConformalScore.LeastAmbiguous, ConformalScore.AdaptiveSets, ConformalScore.RandomisedSets }.Select(score =>
                {
                    var predictor = ConformalPredictor.Calibrate(calibration, held.Labels!, alpha, score);
                    var (coverage, size) = predictor.Try(test, tested.Labels!);
                    return new ConformalFact(score, double.IsFinite(predictor.Threshold) ? predictor.Threshold : null, coverage, size);
                }),
            ],
        };
    }

    /// <summary>Fits on some of the predictions, drawn with the seed of limits, and tests on the others.</summary>
    /// <exception cref="CommandException">One side would be empty.</exception>
    public static CalibrationFact OfShare(double share, Predictions predictions, Aggregation aggregation, double alpha)
    {
        var count = (int)Math.Round(share * predictions.Examples);
        if (count < 1 || count >= predictions.Examples)
        {
            throw CommandException.Usage(
                $"--calibrate-share {Figures.Raw(share)} of {predictions.Examples} examples leaves {(count < 1 ? "none to fit on" : "none to test")}."
            );
        }

        var (held, tested) = predictions.Divide(count, LabeledExamples.LimitSeed);
        return Of($"{Figures.Percent(share)} of the examples", held, tested, aggregation, alpha);
    }

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Grid(
            $"Calibrated on {FittedOn} ({Figures.Count(FittedExamples)}), measured on {Figures.Count(TestedExamples)}",
            [
                new Column("temperature"),
                new Column("NLL", IsNumber: true),
                new Column("Brier", IsNumber: true),
                new Column("ECE 15", IsNumber: true),
            ],
            [
                Row(string.Join(", ", OwnTemperatures.Distinct().Select(Figures.Raw)), Before),
                Row(Figures.Score(Temperature) + (IsAtLimit ? " (at its limit)" : ""), After),
            ]
        );
        yield return new Grid(
            $"Conformal sets that may miss {Figures.Percent(Alpha)}",
            [new Column("score"), new Column("coverage", IsNumber: true), new Column("mean size", IsNumber: true)],
            [.. Sets.Select(set => (IReadOnlyList<string>)[set.InWords(), Figures.Score(set.Coverage), Figures.Short(set.MeanSize)])]
        );
    }

    private static string[] Row(string name, EvaluationScores scores) =>
        [name, Figures.Score(scores.NegativeLogLikelihood), Figures.Score(scores.Brier), Figures.Score(scores.Ece15)];
}

/// <summary>Sets of classes of one kind.</summary>
/// <param name="Score">What decides which classes are in a set.</param>
/// <param name="Threshold">The highest score in a set; null where the examples were too few and sets hold every class.</param>
/// <param name="Coverage">Share of examples whose true class is in their set.</param>
/// <param name="MeanSize">Classes in a set.</param>
internal sealed record ConformalFact(ConformalScore Score, double? Threshold, double Coverage, double MeanSize)
{
    public string InWords() =>
        Score switch
        {
            ConformalScore.LeastAmbiguous => "least ambiguous (LAC)",
            ConformalScore.AdaptiveSets => "adaptive (APS)",
            _ => "adaptive, randomised (APS)",
        } + (Threshold is null ? ", too few examples" : "");
}
