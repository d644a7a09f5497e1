namespace LoRAEnsembleHub.Evaluation;

/// <summary>Area under the risk-coverage curve: the error rate among the surest examples, averaged over how many are kept.</summary>
/// <remarks>Geifman et al. 2019, arXiv 1805.08206. Examples go by confidence, highest first, equal ones in their own order; the mean over k of the
/// error rate of the first k. <see cref="RiskCoverage"/> has the curve.</remarks>
public static class Aurc
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <returns>0 (no errors) … 1; lower is better. The error rate is what a random order would give.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels) => RiskCoverage.Of(probabilities, labels).Area;
}
