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
        var votes = new int[examples * predictions.Classes]; // [examples, classes]
        for (var member = 0; member < members; member++)
        {
            var one = predictions.OfMember(member); // [examples, classes]
            for (var example = 0; example < examples; example++)
            {
                votes[(example * predictions.Classes) + one.Label(example)]++;
            }
        }

        // Pairs of the same vote are counted instead of comparing every pair: the cost grows with members, not their square.
        var pairs = (long)members * (members - 1) / 2;
        var agreeing = votes.Sum(count => (long)count * (count - 1) / 2);
        return pairs == 0 ? 0 : ((pairs * examples) - agreeing) / ((double)pairs * examples);
    }
}
