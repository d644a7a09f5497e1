using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>How sure the main figures are, and what is gained by answering only when sure.</summary>
internal sealed record EvaluationDetails
{
    private const double PartlyAnswered = 0.8;

    /// <summary>Of the ensemble as it is in use: 95 % intervals over examples.</summary>
    public required IReadOnlyList<IntervalFact> Intervals { get; init; }

    /// <summary>Calibration error over 15 bins of equally many examples.</summary>
    public required double AdaptiveEce { get; init; }

    /// <summary>Area under the curve of risk against coverage, the surest first.</summary>
    public required double Aurc { get; init; }

    /// <summary>That area above the least possible for this accuracy.</summary>
    public required double ExcessAurc { get; init; }

    /// <summary>Share of errors among the surest 80 %.</summary>
    public required double RiskAt80 { get; init; }

    /// <summary>How often the single most accurate member and the ensemble differ in being right, and how likely that is by chance.</summary>
    public required BestMemberFact? AgainstBestMember { get; init; }

    public static EvaluationDetails Of(Predictions predictions, Aggregation aggregation)
    {
        var scores = ExampleScores.Of(predictions.Aggregate(aggregation), predictions.Labels!);
        var risk = RiskCoverage.Of(scores);
        return new EvaluationDetails
        {
            Intervals = IntervalFact.Of(scores),
            AdaptiveEce = Evaluation.AdaptiveEce.Of(scores, 15),
            Aurc = risk.Area,
            ExcessAurc = risk.ExcessArea,
            RiskAt80 = risk.RiskAt(PartlyAnswered),
            AgainstBestMember = predictions.Members > 1 ? BestMemberFact.Of(predictions, scores) : null,
        };
    }

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Facts([
            .. Intervals.Select(one => (one.Name, (string?)one.InWords())),
            ("adaptive ECE", Figures.Score(AdaptiveEce)),
            (
                "AURC",
                $"{Figures.Score(Aurc)}, {Figures.Score(ExcessAurc)} above the least possible; {Figures.Percent(RiskAt80)} errors among the surest 80 %"
            ),
            ("best member", AgainstBestMember?.InWords()),
        ]);
    }
}

/// <summary>A figure and where it lies.</summary>
internal sealed record IntervalFact(string Name, ConfidenceInterval Interval)
{
    // The ECE of a resample is higher than that of its sample: bins hold fewer different examples.
    private static readonly BootstrapOptions centered = new() { Method = IntervalMethod.Centered, Resamples = 500 };

    /// <summary>The main figures of a prediction: 95 % intervals over examples.</summary>
    public static IReadOnlyList<IntervalFact> Of(ExampleScores scores) =>
        [
            new IntervalFact("accuracy", Bootstrap.OfMean([.. scores.Right.Select(hit => hit ? 1.0 : 0.0)])),
            new IntervalFact("nll", Bootstrap.OfMean(scores.NegativeLogLikelihood)),
            new IntervalFact("brier", Bootstrap.OfMean(scores.Brier)),
            new IntervalFact("ece_15", OfEce(scores)),
        ];

    private static ConfidenceInterval OfEce(ExampleScores scores)
    {
        var interval = Bootstrap.Of(scores.Examples, taken => Ece.Of(scores.Take(taken), 15), centered);
        return interval with { Low = Math.Max(0, interval.Low) };
    }

    /// <summary>For a table: <c>0.8100 [0.7900, 0.8300]</c>.</summary>
    public string InBrief() => $"{Figures.Score(Interval.Estimate)} [{Figures.Score(Interval.Low)}, {Figures.Score(Interval.High)}]";

    public string InWords() =>
        $"{Figures.Score(Interval.Estimate)} ({Figures.Percent(Interval.Level)} interval {Figures.Score(Interval.Low)} to {Figures.Score(Interval.High)})";
}

/// <summary>The ensemble against its most accurate member, on the same examples.</summary>
/// <param name="Member">From 0.</param>
/// <param name="Accuracy">Of that member.</param>
/// <param name="OnlyEnsembleRight">Examples.</param>
/// <param name="OnlyMemberRight">Examples.</param>
/// <param name="PValue">McNemar's exact test, two-sided.</param>
internal sealed record BestMemberFact(int Member, double Accuracy, int OnlyEnsembleRight, int OnlyMemberRight, double PValue)
{
    public static BestMemberFact Of(Predictions predictions, ExampleScores ensemble)
    {
        var members = Enumerable
            .Range(0, predictions.Members)
            .Select(member => ExampleScores.Of(predictions.OfMember(member), predictions.Labels!))
            .ToArray();
        var best = Enumerable.Range(0, members.Length).MaxBy(member => members[member].Right.Count(hit => hit));
        var test = McNemarTest.Of(ensemble.Right, members[best].Right);
        return new BestMemberFact(
            best,
            members[best].Right.Count(hit => hit) / (double)ensemble.Examples,
            test.FirstOnly,
            test.SecondOnly,
            test.ExactPValue
        );
    }

    public string InWords() =>
        $"member {Member:00} with accuracy {Figures.Score(Accuracy)}; {OnlyEnsembleRight} examples only the ensemble gets right, {OnlyMemberRight} only the "
        + $"member (McNemar's exact p = {Figures.Short(PValue)})";
}
