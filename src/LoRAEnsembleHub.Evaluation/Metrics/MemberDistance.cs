namespace LoRAEnsembleHub.Evaluation;

/// <summary>How far apart the distributions of two members are: √(½ (KL(p‖q) + KL(q‖p))), the mean over pairs.</summary>
/// <remarks>A square-rooted symmetrised Kullback-Leibler divergence (Jeffreys 1946), the diversity measure of the LoRA-Ensemble code.</remarks>
public static class MemberDistance
{
    /// <summary>The mean over pairs of members and over examples.</summary>
    /// <param name="predictions">The ensemble's logits; labels are not needed.</param>
    /// <returns>0 (all the same) …; 0 for a single member.</returns>
    public static double Of(Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        return Legacy(predictions, batchSize: 1) / predictions.Examples;
    }

    /// <summary>The number of the official code: divergences are summed inside each batch, then rooted, then summed over batches.</summary>
    /// <param name="predictions">The ensemble's logits; labels are not needed.</param>
    /// <param name="batchSize">Examples per batch, 1 or more; the result depends on it.</param>
    /// <returns>0 (all the same) …; grows with the number of examples. Only for comparing with published figures.</returns>
    public static double Legacy(Predictions predictions, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var members = Enumerable.Range(0, predictions.Members).Select(predictions.OfMember).ToArray();
        var (total, pairs) = (0.0, 0);
        for (var first = 0; first < members.Length; first++)
        {
            for (var second = first + 1; second < members.Length; second++, pairs++)
            {
                for (var start = 0; start < predictions.Examples; start += batchSize)
                {
                    var batch = Enumerable.Range(start, Math.Min(batchSize, predictions.Examples - start));
                    total += Math.Sqrt(batch.Sum(example => Divergence(members[first], members[second], example)));
                }
            }
        }

        return pairs == 0 ? 0 : total / pairs;
    }

    // Both directions at once: ½ Σ (p − q)(ln p − ln q), never negative.
    private static double Divergence(Probabilities first, Probabilities second, int example)
    {
        var sum = 0.0;
        for (var label = 0; label < first.Classes; label++)
        {
            sum += (first.Of(example)[label] - second.Of(example)[label]) * (first.LogOf(example, label) - second.LogOf(example, label));
        }

        return Math.Max(0, sum / 2);
    }
}
