namespace LoRAEnsembleHub.Evaluation;

/// <summary>The mean over classes of the calibration error of "this class or not".</summary>
/// <remarks>Kull et al. 2019, arXiv 1910.12656. Looks at every probability, not only at the largest as <see cref="Ece"/> does.</remarks>
public static class ClasswiseEce
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <param name="bins">Bins of equal width; 1 or more.</param>
    /// <returns>0 … 1; lower is better. Falls with the number of classes, so compare only like with like.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels, int bins = 15)
    {
        MetricInput.Check(probabilities, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var tally = new ClasswiseTally(probabilities.Classes, bins);
        for (var example = 0; example < labels.Count; example++)
        {
            tally.Add(probabilities.Of(example), labels[example]);
        }

        return tally.Error();
    }
}
