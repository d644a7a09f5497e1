namespace LoRAEnsembleHub.Evaluation;

/// <summary>How far apart two members of an ensemble are.</summary>
/// <param name="First">The lower member.</param>
/// <param name="Second">The higher member.</param>
/// <param name="Disagreement">Share of examples on which they name different classes; 0 … 1. See <see cref="Evaluation.Disagreement"/>.</param>
/// <param name="Distance">Mean over examples of the distance of their distributions; 0 or more. See <see cref="MemberDistance"/>.</param>
public sealed record MemberPair(int First, int Second, double Disagreement, double Distance)
{
    /// <summary>Compares every two members.</summary>
    /// <param name="predictions">The ensemble's logits; labels are not needed.</param>
    /// <returns>[members (members − 1) / 2]; first by the lower member, then by the higher. Empty for a single member.</returns>
    public static IReadOnlyList<MemberPair> Of(Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var row = new EnsembleRow(predictions.Members, predictions.Classes);
        var tally = new PairTally(predictions.Members);
        for (var example = 0; example < predictions.Examples; example++)
        {
            row.Take(predictions, example);
            row.ApplyMembers();
            tally.Add(row);
        }

        return tally.ToPairs();
    }
}
