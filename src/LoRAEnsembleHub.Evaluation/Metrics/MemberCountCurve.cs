namespace LoRAEnsembleHub.Evaluation;

/// <summary>Accuracy and likelihood against the number of members, from the predictions of one trained ensemble.</summary>
/// <remarks>
/// Members trained together are not those that a smaller ensemble would have had, so this approximates separately trained ensembles. The
/// last point is the whole ensemble.
/// </remarks>
public static class MemberCountCurve
{
    /// <summary>Takes the first member, the first two, and so on.</summary>
    /// <param name="predictions">Predictions with labels.</param>
    /// <param name="aggregation">How members become one distribution.</param>
    /// <returns>[members]; one point for each number of members.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The aggregation is not one of those defined.</exception>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static IReadOnlyList<MemberCountPoint> OfFirst(Predictions predictions, Aggregation aggregation)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        return Of(
            predictions,
            aggregation,
            count =>
                [
                    [.. Enumerable.Range(0, count)],
                ]
        );
    }

    /// <summary>Averages over choices of members: all of them where they are few, else so many different ones at random.</summary>
    /// <param name="predictions">Predictions with labels.</param>
    /// <param name="aggregation">How members become one distribution.</param>
    /// <param name="most">The most choices for one number of members; 1 or more. The time grows with it.</param>
    /// <param name="seed">Any number; the same one makes the same choices on every machine.</param>
    /// <returns>[members]; one point for each number of members.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The aggregation is not one of those defined, or most is below 1.</exception>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static IReadOnlyList<MemberCountPoint> OfSubsets(Predictions predictions, Aggregation aggregation, int most = 32, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return Of(predictions, aggregation, count => MemberSubsets.Of(predictions.Members, count, most, seed));
    }

    private static MemberCountPoint[] Of(Predictions predictions, Aggregation aggregation, Func<int, IReadOnlyList<int[]>> choose)
    {
        var labels = predictions.NeededLabels();
        var row = new EnsembleRow(predictions.Members, predictions.Classes);
        var tallies = Enumerable
            .Range(1, predictions.Members)
            .SelectMany(choose)
            .Select(subset => new SubsetTally(subset, predictions.Classes, aggregation))
            .ToArray();
        for (var example = 0; example < predictions.Examples; example++)
        {
            row.Take(predictions, example);
            row.ApplyMembers();
            foreach (var tally in tallies)
            {
                tally.Add(row, labels[example]);
            }
        }

        return [.. tallies.GroupBy(tally => tally.Members).Select(Point)];
    }

    private static MemberCountPoint Point(IGrouping<int, SubsetTally> tallies)
    {
        var (accuracy, accuracyDeviation) = Spread([.. tallies.Select(tally => tally.Accuracy)]);
        var (likelihood, likelihoodDeviation) = Spread([.. tallies.Select(tally => tally.NegativeLogLikelihood)]);
        return new MemberCountPoint(tallies.Key, tallies.Count(), accuracy, likelihood, accuracyDeviation, likelihoodDeviation);
    }

    private static (double Mean, double Deviation) Spread(double[] values)
    {
        var mean = CompensatedSum.Mean(values);
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length));
    }
}
