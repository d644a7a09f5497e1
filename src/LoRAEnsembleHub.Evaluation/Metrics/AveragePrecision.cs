namespace LoRAEnsembleHub.Evaluation;

/// <summary>Area under the precision-recall curve as the mean of precisions, weighted by the recall each threshold adds.</summary>
/// <remarks>
/// scikit-learn's average precision: a sum of steps, without interpolation (Davis and Goadrich 2006 show why). A coin toss gives the
/// share of positives, so figures compare only at the same shares.
/// </remarks>
public static class AveragePrecision
{
    /// <summary>Computes it.</summary>
    /// <param name="positives">Scores of what should score high; no NaN.</param>
    /// <param name="negatives">Scores of what should score low; no NaN.</param>
    /// <returns>0 … 1; higher is better.</returns>
    /// <exception cref="ArgumentException">A side is empty or holds NaN.</exception>
    public static double Of(IReadOnlyList<double> positives, IReadOnlyList<double> negatives)
    {
        var (found, taken, total) = (0L, 0L, 0.0);
        foreach (var step in ScoreStep.Ascending(positives, negatives).Reverse())
        {
            found += step.Positives;
            taken += step.Positives + step.Negatives;
            total += step.Positives * (found / (double)taken);
        }

        return total / positives.Count;
    }
}
