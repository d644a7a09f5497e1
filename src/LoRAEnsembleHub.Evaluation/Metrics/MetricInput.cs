namespace LoRAEnsembleHub.Evaluation;

/// <summary>What every metric needs of its input.</summary>
internal static class MetricInput
{
    /// <summary>Refuses labels that do not fit the probabilities.</summary>
    internal static void Check(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        PredictionsCheck.Labels(labels, probabilities.Examples, probabilities.Classes);
    }

    /// <summary>Refuses an empty list of scores, or one with something in it that has no order.</summary>
    internal static void Check(IReadOnlyList<double> scores, string name)
    {
        ArgumentNullException.ThrowIfNull(scores, name);
        if (scores.Count == 0)
        {
            throw new ArgumentException("No scores given; one or more are needed on either side.", name);
        }

        for (var index = 0; index < scores.Count; index++)
        {
            if (double.IsNaN(scores[index]))
            {
                throw new ArgumentException($"Score {index} is not a number; scores are compared by size.", name);
            }
        }
    }
}
