namespace LoRAEnsembleHub.Evaluation;

/// <summary>What one prediction was worth on every example, a few numbers each: enough to calibrate, to rank and to compare by.</summary>
/// <remarks>Every list has one entry per example, in their order. Never changes after it is made.</remarks>
public sealed class ExampleScores
{
    internal ExampleScores(int[] labels, bool[] right, int[] ranks, double[] confidence, double[] likelihood, double[] brier)
    {
        (Labels, Right, Ranks) = (labels, right, ranks);
        (Confidence, NegativeLogLikelihood, Brier) = (confidence, likelihood, brier);
    }

    /// <summary>The number of examples.</summary>
    public int Examples => Labels.Count;

    /// <summary>[examples]; the most probable class, the lowest of several equal ones.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>[examples]; whether that is the true class.</summary>
    public IReadOnlyList<bool> Right { get; }

    /// <summary>[examples]; how many classes rank above the true one, 0 … classes − 1; equal ones rank by number, lowest first.</summary>
    public IReadOnlyList<int> Ranks { get; }

    /// <summary>[examples]; the probability of the most probable class, 1 / classes … 1.</summary>
    public IReadOnlyList<double> Confidence { get; }

    /// <summary>[examples]; −ln p of the true class in nats, 0 or more.</summary>
    public IReadOnlyList<double> NegativeLogLikelihood { get; }

    /// <summary>[examples]; squared distance to the truth summed over classes, 0 … 2.</summary>
    public IReadOnlyList<double> Brier { get; }

    /// <summary>The scores of some examples, as for a resample: an example may be taken never or often.</summary>
    /// <param name="examples">Which examples, one or more; each 0 … <see cref="Examples"/> − 1.</param>
    /// <returns>A copy with one entry for each taken.</returns>
    /// <exception cref="ArgumentException">None is taken, or there is no such example.</exception>
    public ExampleScores Take(ReadOnlySpan<int> examples)
    {
        if (examples.IsEmpty)
        {
            throw new ArgumentException("No examples are taken; take one or more.", nameof(examples));
        }

        var taken = examples.ToArray();
        foreach (var example in taken)
        {
            PredictionsCheck.Index(example, Examples, nameof(examples));
        }

        T[] Of<T>(IReadOnlyList<T> list) => Array.ConvertAll(taken, example => list[example]);
        return new ExampleScores(Of(Labels), Of(Right), Of(Ranks), Of(Confidence), Of(NegativeLogLikelihood), Of(Brier));
    }

    /// <summary>Scores a prediction.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static ExampleScores Of(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        MetricInput.Check(probabilities, labels);
        var columns = new ScoreColumns();
        for (var example = 0; example < labels.Count; example++)
        {
            var truth = labels[example];
            columns.Add(new DistributionRow(probabilities.Of(example)), truth, probabilities.LogOf(example, truth));
        }

        return columns.ToScores();
    }
}
