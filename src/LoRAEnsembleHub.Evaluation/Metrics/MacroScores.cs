namespace LoRAEnsembleHub.Evaluation;

/// <summary>Precision, recall and F1 averaged over classes, each class counting the same however rare it is.</summary>
/// <param name="Precision">0 … 1; higher is better.</param>
/// <param name="Recall">0 … 1; higher is better. Also called balanced accuracy where every class occurs.</param>
/// <param name="F1">0 … 1; higher is better. The mean of the classes' F1, not the F1 of the means.</param>
/// <remarks>scikit-learn's macro average: over classes that occur in the labels or the predictions, with 0 for a division by zero.</remarks>
public sealed record MacroScores(double Precision, double Recall, double F1)
{
    /// <summary>Computes the averages.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static MacroScores Of(Probabilities probabilities, IReadOnlyList<int> labels) => Of(ClassScores.Of(probabilities, labels));

    internal static MacroScores Of(IReadOnlyList<ClassScores> classes)
    {
        var present = classes.Where(score => score.Support + score.Predicted > 0).ToArray();
        return new MacroScores(
            present.Average(score => score.Precision),
            present.Average(score => score.Recall),
            present.Average(score => score.F1)
        );
    }
}
