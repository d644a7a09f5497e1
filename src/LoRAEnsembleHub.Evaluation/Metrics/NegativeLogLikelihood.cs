namespace LoRAEnsembleHub.Evaluation;

/// <summary>The mean of −ln p(true class): how surprised the prediction is by the truth.</summary>
/// <remarks>A strictly proper score (Good 1952). Taken from logarithms, so a probability that rounds to 0 still gives a finite number.</remarks>
public static class NegativeLogLikelihood
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <returns>0 (sure and right) … in nats; lower is better. ln classes is what a guesser gets.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        MetricInput.Check(probabilities, labels);
        var sum = default(CompensatedSum);
        for (var example = 0; example < labels.Count; example++)
        {
            sum.Add(-probabilities.LogOf(example, labels[example]));
        }

        return sum.Value / labels.Count;
    }
}
