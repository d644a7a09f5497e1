namespace LoRAEnsembleHub.Evaluation;

/// <summary>How the ends of a confidence interval are read off resamples.</summary>
public enum IntervalMethod
{
    /// <summary>Bias-corrected and accelerated (BCa); Efron 1987. Right to a higher order, and fair to skewed statistics.</summary>
    BiasCorrectedAccelerated,

    /// <summary>The percentiles of the resamples as they are; Efron 1979.</summary>
    Percentile,

    /// <summary>
    /// The percentiles, moved by the difference between the figure and the resamples' mean: for figures that resampling itself raises, as
    /// calibration errors, whose percentiles may all lie above the figure. Efron and Tibshirani 1993, section 10.3 (bias by the bootstrap).
    /// </summary>
    Centered,
}
