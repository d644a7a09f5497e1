namespace LoRAEnsembleHub.Evaluation;

/// <summary>The squared distance between the prediction and the truth, summed over classes and averaged over examples.</summary>
/// <remarks>A strictly proper score; Brier 1950. Not divided by the number of classes.</remarks>
public static class Brier
{
    /// <summary>Computes it.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <returns>0 (sure and right) … 2 (sure and wrong); lower is better.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static double Of(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        MetricInput.Check(probabilities, labels);
        var sum = default(CompensatedSum);
        for (var example = 0; example < labels.Count; example++)
        {
            sum.Add(RowScore.Brier(probabilities.Of(example), labels[example]));
        }

        return sum.Value / labels.Count;
    }
}
