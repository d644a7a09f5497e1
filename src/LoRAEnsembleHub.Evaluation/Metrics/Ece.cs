namespace LoRAEnsembleHub.Evaluation;

/// <summary>Expected calibration error: the mean gap between confidence and accuracy over bins of confidence.</summary>
/// <remarks>Naeini et al. 2015; Guo et al. 2017, arXiv 1706.04599. Bins are (k / bins, (k + 1) / bins]; a confidence of exactly 0 falls in none.
/// Says nothing about which class is right, and depends on the bins.</remarks>
public static class Ece
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <param name="bins">Bins of equal width, 1 or more; 10 in the LoRA-Ensemble paper, 15 elsewhere.</param>
    /// <returns>0 (confidence can be taken at its word) … 1; lower is better.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels, int bins = 10)
    {
        MetricInput.Check(probabilities, labels);
        return ReliabilityBin.Of(probabilities, labels, bins).Sum(bin => bin.Share * bin.Gap);
    }

    /// <summary>Computes it from the scores of every example.</summary>
    /// <param name="scores">The prediction's scores on every example.</param>
    /// <param name="bins">Bins of equal width, 1 or more.</param>
    /// <returns>0 … 1; lower is better.</returns>
    public static double Of(ExampleScores scores, int bins) => ReliabilityBin.Of(scores, bins).Sum(bin => bin.Share * bin.Gap);
}
