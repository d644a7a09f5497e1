namespace LoRAEnsembleHub.Evaluation;

/// <summary>The share of negatives that pass when the threshold lets enough positives pass; FPR95 at the usual 95 %.</summary>
/// <remarks>Hendrycks and Gimpel 2017, arXiv 1610.02136, and later work on out-of-distribution detection.</remarks>
public static class FalsePositiveRate
{
    /// <summary>Computes it at the highest threshold that keeps enough positives.</summary>
    /// <param name="positives">Scores of what should score high; no NaN.</param>
    /// <param name="negatives">Scores of what should score low; no NaN.</param>
    /// <param name="recall">The share of positives to keep, above 0 up to 1; a score on the threshold is kept.</param>
    /// <returns>0 … 1; lower is better.</returns>
    /// <exception cref="ArgumentException">A side is empty or holds NaN, or the recall is out of range.</exception>
    public static double Of(IReadOnlyList<double> positives, IReadOnlyList<double> negatives, double recall = 0.95)
    {
        if (recall is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(recall), recall, "The recall must be above 0 and at most 1.");
        }

        var (kept, passed) = (0L, 0L);
        foreach (var step in ScoreStep.Ascending(positives, negatives).Reverse())
        {
            kept += step.Positives;
            passed += step.Negatives;
            if (kept / (double)positives.Count >= recall)
            {
                break;
            }
        }

        return passed / (double)negatives.Count;
    }
}
