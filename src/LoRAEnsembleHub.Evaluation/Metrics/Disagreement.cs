namespace LoRAEnsembleHub.Evaluation;

/// <summary>How often two members name different classes: the mean over pairs of the share of examples they differ on.</summary>
/// <remarks>Fort et al. 2019, arXiv 1912.02757, without dividing by the error rate.</remarks>
public static class Disagreement
{
    /// <summary>Computes it.</summary>
    /// <param name="predictions">The ensemble's logits; labels are not needed.</param>
    /// <returns>0 (all the same) … 1; 0 for a single member. More is more diverse, not better by itself.</returns>
    public static double Of(Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var (members, examples) = (predictions.Members, predictions.Examples);
        var row = new EnsembleRow(members, predictions.Classes);
        var votes = new int[predictions.Classes];
        var differing = 0L;
        for (var example = 0; example < examples; example++)
        {
            row.Take(predictions, example);
            row.ApplyMembers();
            differing += row.DifferingPairs(votes);
        }

        var pairs = (long)members * (members - 1) / 2;
        return pairs == 0 ? 0 : differing / ((double)pairs * examples);
    }
}
