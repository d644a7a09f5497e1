namespace LoRAEnsembleHub.Evaluation;

/// <summary>How the ends of a confidence interval are read off resamples.</summary>
public enum IntervalMethod
{
    /// <summary>Bias-corrected and accelerated (BCa); Efron 1987. Right to a higher order, and fair to skewed statistics.</summary>
    BiasCorrectedAccelerated,

    /// <summary>The percentiles of the resamples as they are; Efron 1979.</summary>
    Percentile,
}
