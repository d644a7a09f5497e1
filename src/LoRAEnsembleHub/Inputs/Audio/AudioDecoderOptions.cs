namespace LoRAEnsembleHub.Inputs;

/// <summary>How much of a sound is wanted and at which rate.</summary>
public sealed record AudioDecoderOptions
{
    /// <summary>The wanted sampling rate in Hz, 1 to 384,000, or null for that of the file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside its range.</exception>
    public int? SampleRateHz
    {
        get;
        init =>
            field = value is null or (>= 1 and <= SoundFacts.MaxSampleRateHz)
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, $"The rate must be 1 … {SoundFacts.MaxSampleRateHz} Hz.");
    }

    /// <summary>What happens to a file with another rate than <see cref="SampleRateHz"/>.</summary>
    public AudioRate Rate { get; init; } = AudioRate.Resample;

    /// <summary>Samples wanted from the start, at the wanted rate; the rest of the file is not read. Null for all. 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int? MaxSamples
    {
        get;
        init =>
            field = value is null or >= 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "One sample or more must be wanted.");
    }
}
