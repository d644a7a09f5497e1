namespace LoRAEnsembleHub.Evaluation;

/// <summary>One of several systems that are measured on the same examples: what remains of its predictions, a few numbers for each example.</summary>
public sealed record ComparedSystem
{
    /// <summary>What it is called; any text.</summary>
    public required string Name { get; init; }

    /// <summary>How its members become one distribution.</summary>
    public required Aggregation Aggregation { get; init; }

    /// <summary>The prediction's scores on every example.</summary>
    public required ExampleScores Scores { get; init; }

    /// <summary>The usual figures.</summary>
    public required EvaluationScores Figures { get; init; }

    /// <summary>Mean over examples, in nats; 0 for one member.</summary>
    public required double MeanMutualInformation { get; init; }

    /// <summary>[members]; with fewer of its members, averaged over choices of them.</summary>
    public required IReadOnlyList<MemberCountPoint> MemberCounts { get; init; }

    /// <summary>Whether it notices unfamiliar inputs; null where that was not measured.</summary>
    public required OutOfDistribution? Outside { get; init; }

    /// <summary>Measures.</summary>
    /// <param name="name">What the system is called.</param>
    /// <param name="predictions">Predictions with labels.</param>
    /// <param name="aggregation">How members become one distribution.</param>
    /// <param name="outside">Its predictions on unfamiliar inputs, or null.</param>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static ComparedSystem Of(string name, Predictions predictions, Aggregation aggregation, Predictions? outside = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(predictions);
        var (together, labels) = (predictions.Aggregate(aggregation), predictions.NeededLabels());
        return new ComparedSystem
        {
            Name = name,
            Aggregation = aggregation,
            Scores = ExampleScores.Of(together, labels),
            Figures = EvaluationScores.Of(together, labels),
            MeanMutualInformation = Uncertainty.Of(predictions).MutualInformation.Average(),
            MemberCounts = MemberCountCurve.OfSubsets(predictions, aggregation, ReportCharts.MostSubsets),
            Outside = outside is null ? null : OutOfDistribution.Of(predictions, outside),
        };
    }
}
