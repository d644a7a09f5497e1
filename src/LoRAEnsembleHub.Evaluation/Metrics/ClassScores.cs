namespace LoRAEnsembleHub.Evaluation;

/// <summary>How well one class is found.</summary>
/// <param name="Label">The class.</param>
/// <param name="Support">The number of examples of this class.</param>
/// <param name="Predicted">The number of examples taken for this class.</param>
/// <param name="Precision">Share of the examples taken for it that are of it; 0 … 1, and 0 if none was taken for it.</param>
/// <param name="Recall">Share of its examples that were taken for it; 0 … 1, and 0 if it has none.</param>
/// <param name="F1">Harmonic mean of both; 0 … 1, and 0 if both are.</param>
public sealed record ClassScores(int Label, int Support, int Predicted, double Precision, double Recall, double F1)
{
    /// <summary>Computes the scores of every class.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <returns>[classes].</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static IReadOnlyList<ClassScores> Of(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        MetricInput.Check(probabilities, labels);
        var tally = new ClassTally(probabilities.Classes);
        for (var example = 0; example < labels.Count; example++)
        {
            tally.Add(probabilities.Label(example), labels[example]);
        }

        return tally.ToScores();
    }
}
