namespace LoRAEnsembleHub.Evaluation;

/// <summary>How to resample.</summary>
public sealed record BootstrapOptions
{
    /// <summary>How many times to draw as many examples as there are, with replacement; 1 or more.</summary>
    public int Resamples { get; init; } = 2000;

    /// <summary>The share of intervals that should hold the true value; above 0 and below 1.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>How the ends are found.</summary>
    public IntervalMethod Method { get; init; } = IntervalMethod.BiasCorrectedAccelerated;

    /// <summary>Any number; the same one draws the same resamples on every machine.</summary>
    public long Seed { get; init; }

    internal BootstrapOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Resamples, 1);
        if (Level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Level), Level, "The level must be above 0 and below 1, such as 0.95.");
        }

        return Enum.IsDefined(Method)
            ? this
            : throw new ArgumentOutOfRangeException(nameof(Method), Method, "Use BiasCorrectedAccelerated, Percentile or Centered.");
    }
}
