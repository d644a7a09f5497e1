namespace LoRAEnsembleHub.Evaluation;

/// <summary>The error rate among the surest examples, for every share of them: what is won by handing unsure cases to a person.</summary>
/// <remarks>
/// Geifman et al. 2019, arXiv 1805.08206. Examples go by confidence, highest first, equal ones in their own order. Any score may stand for
/// the confidence, such as the negated mutual information.
/// </remarks>
public sealed class RiskCoverage
{
    private readonly RiskPoint[] points;

    private RiskCoverage(RiskPoint[] points, double area, double bestArea) => (this.points, Area, BestArea) = (points, area, bestArea);

    /// <summary>[examples]; one point more per example answered, the surest first.</summary>
    public IReadOnlyList<RiskPoint> Points => points;

    /// <summary>Mean of the risks over all coverages (AURC); 0 … 1, lower is better.</summary>
    public double Area { get; }

    /// <summary>The area of an order that puts every right example first: the least that so many errors allow.</summary>
    public double BestArea { get; }

    /// <summary>What the order adds to the least area (excess AURC); 0 (all errors last) …, lower is better.</summary>
    public double ExcessArea => Area - BestArea;

    /// <summary>Orders a prediction by the probability of its class.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static RiskCoverage Of(Probabilities probabilities, IReadOnlyList<int> labels) => Of(ExampleScores.Of(probabilities, labels));

    /// <summary>Orders a prediction by the probability of its class.</summary>
    /// <param name="scores">The prediction's scores on every example.</param>
    public static RiskCoverage Of(ExampleScores scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return Of(scores.Confidence, scores.Right);
    }

    /// <summary>Orders examples by a score of any kind.</summary>
    /// <param name="confidence">[examples]; high where the prediction should be right, no NaN.</param>
    /// <param name="right">[examples]; whether it is.</param>
    /// <exception cref="ArgumentException">There are no examples, the lengths differ, or a score is NaN.</exception>
    public static RiskCoverage Of(IReadOnlyList<double> confidence, IReadOnlyList<bool> right)
    {
        MetricInput.Check(confidence, nameof(confidence));
        MetricInput.SameLength(confidence, right);
        var order = Enumerable.Range(0, confidence.Count).OrderByDescending(example => confidence[example]); // Stable.
        var points = new RiskPoint[confidence.Count];
        var (wrong, kept, area) = (0, 0, default(CompensatedSum));
        foreach (var example in order)
        {
            wrong += right[example] ? 0 : 1;
            var risk = wrong / (kept + 1.0);
            points[kept++] = new RiskPoint(kept / (double)points.Length, risk, confidence[example]);
            area.Add(risk);
        }

        return new RiskCoverage(points, area.Value / kept, BestAreaOf(kept, wrong));
    }

    /// <summary>The error rate if a share of the examples is answered.</summary>
    /// <param name="coverage">Above 0 up to 1; rounded up to whole examples.</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The coverage is out of range.</exception>
    public double RiskAt(double coverage)
    {
        if (coverage is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "The coverage must be above 0 and at most 1.");
        }

        var kept = (int)Math.Ceiling(Math.Round(coverage * points.Length, 9)); // 0.1 × 30 is a little above 3.
        return points[Math.Clamp(kept, 1, points.Length) - 1].Risk;
    }

    private static double BestAreaOf(int examples, int wrong)
    {
        var area = default(CompensatedSum);
        for (var kept = examples - wrong + 1; kept <= examples; kept++)
        {
            area.Add((kept - (examples - wrong)) / (double)kept);
        }

        return area.Value / examples;
    }
}
