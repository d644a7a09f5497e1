namespace LoRAEnsembleHub.Inputs;

/// <summary>A sound as one channel of samples, and what was done to the file's own samples to get there.</summary>
public sealed record Waveform
{
    /// <summary>The samples, finite; full scale is −1 to 1, which floating-point files may exceed.</summary>
    public required ReadOnlyMemory<float> Samples { get; init; }

    /// <summary>Samples in a second.</summary>
    public required int SampleRateHz { get; init; }

    /// <summary>Container and coding of the file, such as "WAV, 16-bit integer", "FLAC, 24-bit" or "OGG Vorbis".</summary>
    public required string Format { get; init; }

    /// <summary>Channels in the file; where there are several, each sample is their mean.</summary>
    public required int StoredChannels { get; init; }

    /// <summary>Samples in a second in the file.</summary>
    public required int StoredRateHz { get; init; }

    /// <summary>Whether the whole file was read, and not only as much as was wanted.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>The samples are the mean of several channels.</summary>
    public bool IsMixed => StoredChannels > 1;

    /// <summary>The samples were computed for another rate than the file's.</summary>
    public bool IsResampled => StoredRateHz != SampleRateHz;
}
