namespace LoRAEnsembleHub.Evaluation;

/// <summary>Calibration error over bins that hold equally many examples.</summary>
/// <remarks>Nixon et al. 2019, arXiv 1904.01685, on the confidence only. Examples are sorted by confidence; if they cannot be shared out evenly, the
/// first bins hold one more. Unlike <see cref="Ece"/> it does not let a few full bins speak for all.</remarks>
public static class AdaptiveEce
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <param name="bins">The number of bins; 1 or more.</param>
    /// <returns>0 … 1; lower is better.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels, int bins = 15)
    {
        MetricInput.Check(probabilities, labels);
        var confidences = Enumerable.Range(0, labels.Count).Select(probabilities.Confidence).ToArray();
        return Of(confidences, [.. labels.Select((truth, example) => probabilities.Label(example) == truth)], bins);
    }

    /// <summary>Computes it from the scores of every example.</summary>
    /// <param name="scores">The prediction's scores on every example.</param>
    /// <param name="bins">The number of bins; 1 or more.</param>
    /// <returns>0 … 1; lower is better.</returns>
    public static double Of(ExampleScores scores, int bins)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return Of([.. scores.Confidence], scores.Right, bins);
    }

    private static double Of(double[] confidences, IReadOnlyList<bool> right, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var order = Enumerable.Range(0, confidences.Length).OrderBy(example => confidences[example]).ToArray(); // Stable.
        var (total, start) = (0.0, 0);
        for (var bin = 0; bin < bins; bin++)
        {
            var count = (order.Length / bins) + (bin < order.Length % bins ? 1 : 0);
            var gap = default(CompensatedSum);
            foreach (var example in order.AsSpan(start, count))
            {
                gap.Add((right[example] ? 1 : 0) - confidences[example]);
            }

            total += Math.Abs(gap.Value) / order.Length;
            start += count;
        }

        return total;
    }
}
