namespace LoRAEnsembleHub.Data;

/// <summary>Weights of the classes in the training loss; every list sums to 1.</summary>
/// <remarks>The weightings of the LoRA-Ensemble recipes; the effective number is equation 2 of Cui et al. 2019, arXiv 1901.05555.</remarks>
public static class ClassWeights
{
    /// <summary>The same weight for every class.</summary>
    /// <param name="classes">The number of classes; 1 or more.</param>
    /// <returns>[classes], each 1 / classes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no classes.</exception>
    public static double[] Uniform(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var weights = new double[classes];
        Array.Fill(weights, 1.0 / classes);
        return weights;
    }

    /// <summary>Weights in proportion to 1 / count.</summary>
    /// <param name="counts">[classes]; training examples of each class, 1 or more each.</param>
    /// <returns>[classes], summing to 1.</returns>
    /// <exception cref="ArgumentException">A class has no example, or there are no classes.</exception>
    public static double[] Inverse(IReadOnlyList<int> counts) => Normalized(counts, count => 1.0 / count);

    /// <summary>Weights in proportion to 1 / √count.</summary>
    /// <param name="counts">[classes]; training examples of each class, 1 or more each.</param>
    /// <returns>[classes], summing to 1.</returns>
    /// <exception cref="ArgumentException">A class has no example, or there are no classes.</exception>
    public static double[] InverseSquareRoot(IReadOnlyList<int> counts) => Normalized(counts, count => 1.0 / Math.Sqrt(count));

    /// <summary>Weights in proportion to (1 − β) / (1 − β^count): from uniform at β = 0 towards 1 / count as β nears 1.</summary>
    /// <param name="counts">[classes]; training examples of each class, 1 or more each.</param>
    /// <param name="beta">0 or more and below 1; 0.9991 in the paper's HAM10000 runs.</param>
    /// <returns>[classes], summing to 1.</returns>
    /// <exception cref="ArgumentException">A class has no example, there are no classes, or beta is out of range.</exception>
    public static double[] EffectiveNumber(IReadOnlyList<int> counts, double beta)
    {
        if (beta is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "Beta must be 0 or more and below 1.");
        }

        return Normalized(counts, count => (1 - beta) / (1 - Math.Pow(beta, count)));
    }

    private static double[] Normalized(IReadOnlyList<int> counts, Func<int, double> weigh)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count == 0)
        {
            throw new ArgumentException("No classes given; one count per class is needed.", nameof(counts));
        }

        for (var label = 0; label < counts.Count; label++)
        {
            if (counts[label] < 1)
            {
                throw new ArgumentException(
                    $"Class {label} has {counts[label]} training examples; its weight needs 1 or more. Use uniform weights, or leave the class out.",
                    nameof(counts)
                );
            }
        }

        var weights = counts.Select(weigh).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
