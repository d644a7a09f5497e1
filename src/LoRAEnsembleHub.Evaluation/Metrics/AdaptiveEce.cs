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
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var order = Enumerable.Range(0, labels.Count).OrderBy(probabilities.Confidence).ToArray(); // Stable.
        var (total, start) = (0.0, 0);
        for (var bin = 0; bin < bins; bin++)
        {
            var count = (labels.Count / bins) + (bin < labels.Count % bins ? 1 : 0);
            var (confidence, right) = (0.0, 0);
            foreach (var example in order.AsSpan(start, count))
            {
                confidence += probabilities.Confidence(example);
                right += probabilities.Label(example) == labels[example] ? 1 : 0;
            }

            total += Math.Abs(right - confidence) / labels.Count;
            start += count;
        }

        return total;
    }
}
