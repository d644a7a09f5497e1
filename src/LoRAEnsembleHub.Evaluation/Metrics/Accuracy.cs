namespace LoRAEnsembleHub.Evaluation;

/// <summary>The share of examples whose most probable class is the true one.</summary>
/// <remarks>Several equally probable classes count as the lowest of them.</remarks>
public static class Accuracy
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <returns>0 … 1; higher is better.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        MetricInput.Check(probabilities, labels);
        return Enumerable.Range(0, labels.Count).Count(example => probabilities.Label(example) == labels[example]) / (double)labels.Count;
    }
}
