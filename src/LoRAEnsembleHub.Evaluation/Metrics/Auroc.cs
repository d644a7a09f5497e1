namespace LoRAEnsembleHub.Evaluation;

/// <summary>Area under the receiver operating characteristic: the chance that a positive scores above a negative.</summary>
/// <remarks>Hanley and McNeil 1982; equal scores count half. Does not depend on how many there are on either side.</remarks>
public static class Auroc
{
    /// <summary>Computes it.</summary>
    /// <param name="positives">Scores of what should score high; no NaN.</param>
    /// <param name="negatives">Scores of what should score low; no NaN.</param>
    /// <returns>0 … 1; 0.5 is a coin toss, 1 perfect, below 0.5 the wrong way round.</returns>
    /// <exception cref="ArgumentException">A side is empty or holds NaN.</exception>
    public static double Of(IReadOnlyList<double> positives, IReadOnlyList<double> negatives)
    {
        var (below, total) = (0L, 0.0);
        foreach (var step in ScoreStep.Ascending(positives, negatives))
        {
            total += step.Positives * (below + (step.Negatives / 2.0));
            below += step.Negatives;
        }

        return total / ((double)positives.Count * negatives.Count);
    }
}
