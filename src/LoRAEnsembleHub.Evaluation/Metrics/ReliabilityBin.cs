namespace LoRAEnsembleHub.Evaluation;

/// <summary>The examples whose confidence lies in one range: one bar of a reliability diagram.</summary>
/// <param name="Low">Lower end of the range, not part of it.</param>
/// <param name="High">Upper end of the range, part of it.</param>
/// <param name="Count">The number of examples.</param>
/// <param name="Share">Their share of all examples; 0 … 1.</param>
/// <param name="Confidence">Their mean confidence; 0 if there are none.</param>
/// <param name="Accuracy">The share of them that is right; 0 if there are none.</param>
public sealed record ReliabilityBin(double Low, double High, int Count, double Share, double Confidence, double Accuracy)
{
    /// <summary>The distance between confidence and accuracy; 0 … 1.</summary>
    public double Gap => Math.Abs(Accuracy - Confidence);

    /// <summary>Sorts the examples of a prediction by confidence.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <param name="bins">Bins of equal width; 1 or more.</param>
    /// <returns>[bins], empty ones included.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static IReadOnlyList<ReliabilityBin> Of(Probabilities probabilities, IReadOnlyList<int> labels, int bins)
    {
        MetricInput.Check(probabilities, labels);
        var confidences = new double[labels.Count];
        var right = new bool[labels.Count];
        for (var example = 0; example < labels.Count; example++)
        {
            var label = probabilities.Label(example);
            (confidences[example], right[example]) = (probabilities.Of(example)[label], label == labels[example]);
        }

        return Of(confidences, right, bins);
    }

    /// <summary>Sorts the examples of a prediction by confidence.</summary>
    /// <param name="scores">The prediction's scores on every example.</param>
    /// <param name="bins">Bins of equal width; 1 or more.</param>
    /// <returns>[bins], empty ones included.</returns>
    public static IReadOnlyList<ReliabilityBin> Of(ExampleScores scores, int bins)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return Of(scores.Confidence, scores.Right, bins);
    }

    internal static IReadOnlyList<ReliabilityBin> Of(IReadOnlyList<double> scores, IReadOnlyList<bool> truths, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var tally = new BinTally(bins);
        for (var example = 0; example < scores.Count; example++)
        {
            tally.Add(scores[example], truths[example]);
        }

        return tally.ToBins();
    }
}
