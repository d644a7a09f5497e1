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
        var classes = probabilities.Classes;
        var (support, predicted, right) = (new int[classes], new int[classes], new int[classes]);
        for (var example = 0; example < labels.Count; example++)
        {
            var guess = probabilities.Label(example);
            support[labels[example]]++;
            predicted[guess]++;
            right[guess] += guess == labels[example] ? 1 : 0;
        }

        return
        [
            .. Enumerable
                .Range(0, classes)
                .Select(label => new ClassScores(
                    label,
                    support[label],
                    predicted[label],
                    Ratio(right[label], predicted[label]),
                    Ratio(right[label], support[label]),
                    Ratio(2 * right[label], support[label] + predicted[label])
                )),
        ];
    }

    private static double Ratio(int part, int whole) => whole > 0 ? part / (double)whole : 0;
}
