namespace LoRAEnsembleHub.Evaluation;

/// <summary>Confidence intervals by resampling the examples.</summary>
/// <remarks>
/// Efron and Tibshirani 1993, chapters 13 and 14. The interval speaks of other examples of the same kind, not of other training runs.
/// Examples that belong together (several images of one patient) must be made one before.
/// </remarks>
public static class Bootstrap
{
    private const int MostGroups = 500; // of examples left out for the acceleration, whose size does not depend on the grouping

    /// <summary>The interval of any figure.</summary>
    /// <param name="examples">The number of examples; 1 or more.</param>
    /// <param name="statistic">Computes the figure from examples, given by number; it is called once for each resample and more.</param>
    /// <param name="options">How to resample; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no examples, an option is out of range, or the figure is not a number somewhere.</exception>
    /// <example><code>Bootstrap.Of(scores.Examples, taken => Ece.Of(scores.Take(taken), 15))</code></example>
    public static ConfidenceInterval Of(int examples, Func<ReadOnlySpan<int>, double> statistic, BootstrapOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        ArgumentNullException.ThrowIfNull(statistic);
        options = (options ?? new BootstrapOptions()).Checked();
        var all = Enumerable.Range(0, examples).ToArray();
        var taken = new int[examples];
        var resamples = new double[options.Resamples];
        for (var resample = 0; resample < resamples.Length; resample++)
        {
            Draw(taken, options.Seed, resample);
            resamples[resample] = Number(statistic(taken), $"resample {resample}");
        }

        var groups = options.Method != IntervalMethod.BiasCorrectedAccelerated || examples == 1 ? 0 : Math.Min(examples, MostGroups);
        var leftOut = new double[groups];
        for (var group = 0; group < groups; group++)
        {
            leftOut[group] = Number(statistic(Array.FindAll(all, example => example % groups != group)), $"all but group {group}");
        }

        return ConfidenceInterval.From(Number(statistic(all), "all examples"), resamples, leftOut, options);
    }

    /// <summary>The interval of a mean, such as a likelihood, a Brier score or an accuracy.</summary>
    /// <param name="values">[examples]; finite. For an accuracy 1 where it is right, else 0.</param>
    /// <param name="options">How to resample; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no values, one is not finite, or an option is out of range.</exception>
    public static ConfidenceInterval OfMean(IReadOnlyList<double> values, BootstrapOptions? options = null)
    {
        MetricInput.CheckFinite(values, nameof(values));
        var array = values.ToArray();
        double Mean(ReadOnlySpan<int> taken)
        {
            var sum = 0.0;
            foreach (var example in taken)
            {
                sum += array[example];
            }

            return sum / taken.Length;
        }

        return Of(array.Length, Mean, options);
    }

    /// <summary>The interval of the difference of two systems' means on the same examples: the paired bootstrap.</summary>
    /// <param name="first">[examples]; finite.</param>
    /// <param name="second">[examples]; finite, taken from <paramref name="first"/>.</param>
    /// <param name="options">How to resample; null for the defaults.</param>
    /// <returns>Of first − second; an interval without 0 tells the systems apart at that level.</returns>
    /// <exception cref="ArgumentException">Lengths differ, there are no values, one is not finite, or an option is out of range.</exception>
    public static ConfidenceInterval OfMeanDifference(
        IReadOnlyList<double> first,
        IReadOnlyList<double> second,
        BootstrapOptions? options = null
    ) => OfMean(PairedDifferences.Of(first, second), options);

    private static void Draw(int[] taken, long seed, int resample)
    {
        var draws = new SeededDraws(seed, resample);
        for (var at = 0; at < taken.Length; at++)
        {
            taken[at] = draws.Below(taken.Length);
        }
    }

    private static double Number(double value, string of) =>
        double.IsNaN(value)
            ? throw new ArgumentException($"The statistic of {of} is not a number; it must be one for any examples.")
            : value;
}
