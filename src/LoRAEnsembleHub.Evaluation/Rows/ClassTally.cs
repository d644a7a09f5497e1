namespace LoRAEnsembleHub.Evaluation;

/// <summary>Counts for every class how often it was there, was named, and was named rightly.</summary>
internal sealed class ClassTally(int classes)
{
    private readonly int[] support = new int[classes];
    private readonly int[] predicted = new int[classes];
    private readonly int[] right = new int[classes];
    private int examples;

    /// <summary>The share of examples named rightly.</summary>
    internal double Accuracy => right.Sum() / (double)examples;

    internal void Add(int guess, int truth)
    {
        examples++;
        support[truth]++;
        predicted[guess]++;
        right[guess] += guess == truth ? 1 : 0;
    }

    internal IReadOnlyList<ClassScores> ToScores() =>
        [
            .. Enumerable
                .Range(0, classes)
                .Select(label => new ClassScores(
                    label,
                    support[label],
                    predicted[label],
                    Ratio(right[label], predicted[label]),
                    Ratio(right[label], support[label]),
                    Ratio(2.0 * right[label], (double)support[label] + predicted[label])
                )),
        ];

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;
}
