namespace LoRAEnsembleHub.Evaluation;

/// <summary>The share of examples whose true class is among the most probable ones.</summary>
/// <remarks>Equally probable classes are ranked by their number, lowest first. With a count of 1 this is <see cref="Accuracy"/>.</remarks>
public static class TopAccuracy
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <param name="count">How many classes count as named; 1 or more.</param>
    /// <returns>0 … 1; higher is better.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels, int count)
    {
        MetricInput.Check(probabilities, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var hits = 0;
        for (var example = 0; example < labels.Count; example++)
        {
            hits += RowScore.Rank(probabilities.Of(example), labels[example]) < count ? 1 : 0;
        }

        return hits / (double)labels.Count;
    }

    /// <summary>Computes it from the scores of every example.</summary>
    /// <param name="scores">The prediction's scores on every example.</param>
    /// <param name="count">How many classes count as named; 1 or more.</param>
    /// <returns>0 … 1; higher is better.</returns>
    public static double Of(ExampleScores scores, int count)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return scores.Ranks.Count(rank => rank < count) / (double)scores.Examples;
    }
}
