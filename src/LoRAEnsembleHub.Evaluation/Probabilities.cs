namespace LoRAEnsembleHub.Evaluation;

/// <summary>One distribution over the classes for each example: what most metrics are computed from.</summary>
public sealed class Probabilities
{
    private readonly double[] values; // [examples, classes]
    private readonly double[] logs; // [examples, classes]

    /// <summary>Copies probabilities.</summary>
    /// <param name="values">[examples, classes], row by row; 0 … 1, each row summing to 1 within 1e-6.</param>
    /// <param name="classes">The number of classes; 1 or more.</param>
    /// <exception cref="ArgumentException">The values are no distributions, or their number is no multiple of the classes.</exception>
    public Probabilities(ReadOnlySpan<double> values, int classes)
        : this(values.ToArray(), Array.ConvertAll(values.ToArray(), Math.Log), classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (values.Length == 0 || values.Length % classes != 0)
        {
            throw new ArgumentException(
                $"{values.Length} values given; {classes} are needed for each of one or more examples.",
                nameof(values)
            );
        }

        for (var example = 0; example < Examples; example++)
        {
            var sum = 0.0;
            foreach (var value in Of(example))
            {
                sum += value is >= 0 and <= 1 ? value : double.NaN;
            }

            if (!(Math.Abs(sum - 1) <= 1e-6))
            {
                throw new ArgumentException(
                    $"Example {example} is no distribution: its values must be 0 … 1 and sum to 1 (sum: {sum}). Apply the softmax first.",
                    nameof(values)
                );
            }
        }
    }

    internal Probabilities(double[] values, double[] logs, int classes)
    {
        (this.values, this.logs, Classes) = (values, logs, classes);
        Examples = classes > 0 ? values.Length / classes : 0;
    }

    /// <summary>The number of examples.</summary>
    public int Examples { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The distribution of one example.</summary>
    /// <param name="example">0 … <see cref="Examples"/> − 1.</param>
    /// <returns>[classes]; a view, not a copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public ReadOnlySpan<double> Of(int example)
    {
        PredictionsCheck.Index(example, Examples, nameof(example));
        return values.AsSpan(example * Classes, Classes);
    }

    /// <summary>The natural logarithm of one probability, exact where the probability itself would round to 0.</summary>
    /// <param name="example">0 … <see cref="Examples"/> − 1.</param>
    /// <param name="label">0 … <see cref="Classes"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example or class.</exception>
    public double LogOf(int example, int label)
    {
        PredictionsCheck.Index(example, Examples, nameof(example));
        PredictionsCheck.Index(label, Classes, nameof(label));
        return logs[(example * Classes) + label];
    }

    /// <summary>The most probable class of one example; the lowest of several equal ones.</summary>
    /// <param name="example">0 … <see cref="Examples"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public int Label(int example) => RowScore.Label(Of(example));

    /// <summary>The probability of the most probable class; 1 / classes … 1.</summary>
    /// <param name="example">0 … <see cref="Examples"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public double Confidence(int example) => Of(example)[Label(example)];

    /// <summary>The entropy of one distribution in nats; 0 (sure) … ln classes (no idea).</summary>
    /// <param name="example">0 … <see cref="Examples"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public double Entropy(int example) => Lanes.Entropy(Of(example));
}
