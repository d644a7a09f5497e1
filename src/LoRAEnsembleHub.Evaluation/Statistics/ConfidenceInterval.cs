namespace LoRAEnsembleHub.Evaluation;

/// <summary>A figure and how far it may be off, given how few examples it was taken from.</summary>
/// <param name="Estimate">The figure on all examples.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Level">The share of such intervals that should hold the true value.</param>
/// <param name="StandardError">Standard deviation of the figure over resamples; 0 for a single resample.</param>
public sealed record ConfidenceInterval(double Estimate, double Low, double High, double Level, double StandardError)
{
    /// <summary>Reads an interval off resamples.</summary>
    /// <param name="estimate">The figure on all examples.</param>
    /// <param name="resamples">The figure on each resample; sorted here.</param>
    /// <param name="leftOut">The figure without each example, or group of examples, for the acceleration.</param>
    /// <param name="options">Level and method.</param>
    internal static ConfidenceInterval From(double estimate, double[] resamples, double[] leftOut, BootstrapOptions options)
    {
        Array.Sort(resamples);
        var mean = CompensatedSum.Mean(resamples);
        var squares = resamples.Sum(value => (value - mean) * (value - mean));
        var error = resamples.Length > 1 ? Math.Sqrt(squares / (resamples.Length - 1)) : 0;
        var tail = (1 - options.Level) / 2;
        var (low, high) = (tail, 1 - tail);
        if (options.Method == IntervalMethod.BiasCorrectedAccelerated)
        {
            var (bias, acceleration) = (Bias(estimate, resamples), Acceleration(leftOut));
            (low, high) = (Corrected(low, bias, acceleration), Corrected(high, bias, acceleration));
        }

        var shift = options.Method == IntervalMethod.Centered ? estimate - mean : 0;
        return new ConfidenceInterval(estimate, Quantile(resamples, low) + shift, Quantile(resamples, high) + shift, options.Level, error);
    }

    // How far the estimate is from the resamples' median, in standard deviations. Where all lie on one side of it, half a resample is
    // taken to lie on the other.
    private static double Bias(double estimate, double[] resamples)
    {
        var below = resamples.Count(value => value < estimate) + (resamples.Count(value => value == estimate) / 2.0);
        return NormalDistribution.Quantile(Math.Clamp(below, 0.5, resamples.Length - 0.5) / resamples.Length);
    }

    // A sixth of the skewness of the jackknife.
    private static double Acceleration(double[] leftOut)
    {
        var mean = leftOut.Length > 0 ? CompensatedSum.Mean(leftOut) : 0;
        var (squares, cubes) = (0.0, 0.0);
        foreach (var value in leftOut)
        {
            squares += (mean - value) * (mean - value);
            cubes += (mean - value) * (mean - value) * (mean - value);
        }

        return squares > 0 ? cubes / (6 * Math.Pow(squares, 1.5)) : 0;
    }

    private static double Corrected(double share, double bias, double acceleration)
    {
        var shifted = bias + NormalDistribution.Quantile(share);
        return NormalDistribution.Below(bias + (shifted / (1 - (acceleration * shifted))));
    }

    // Between order statistics the quantile is linear, as in NumPy.
    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = Math.Clamp((int)position, 0, sorted.Length - 1);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
