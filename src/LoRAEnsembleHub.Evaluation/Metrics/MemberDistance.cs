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
        var members = predictions.Members;
        var row = new EnsembleRow(members, predictions.Classes);
        var inBatch = new double[members * members]; // [members, members], the pairs above the diagonal
        var total = default(CompensatedSum);
        for (var example = 0; example < predictions.Examples; example++)
        {
            row.Take(predictions, example);
            row.ApplyMembers();
            var last = example == predictions.Examples - 1 || (example + 1) % batchSize == 0;
            for (var first = 0; first < members; first++)
            {
                for (var second = first + 1; second < members; second++)
                {
                    ref var sum = ref inBatch[(first * members) + second];
                    sum += row.Divergence(first, second);
                    if (last)
                    {
                        total.Add(Math.Sqrt(sum));
                        sum = 0;
                    }
                }
            }
        }

        return members == 1 ? 0 : total.Value / ((double)members * (members - 1) / 2);
    }
}
