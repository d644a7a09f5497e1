namespace LoRAEnsembleHub.Inputs;

/// <summary>What the header of a sound file says.</summary>
internal sealed record SoundFacts
{
    public const int MaxSampleRateHz = 384_000;
    public const int MaxChannels = 64;

    public required string Format { get; init; }

    public required int Channels { get; init; }

    public required int SampleRateHz { get; init; }

    /// <summary>The same facts once both numbers are proved sensible.</summary>
    public static SoundFacts Checked(AudioBytes bytes, string format, long channels, long sampleRateHz) =>
        channels is < 1 or > MaxChannels ? throw bytes.Malformed($"The header gives {channels} channels; 1 to {MaxChannels} can be read.")
        : sampleRateHz is < 1 or > MaxSampleRateHz
            ? throw bytes.Malformed($"The header gives a sampling rate of {sampleRateHz} Hz; 1 to {MaxSampleRateHz} Hz can be read.")
        : new SoundFacts
        {
            Format = format,
            Channels = (int)channels,
            SampleRateHz = (int)sampleRateHz,
        };
}
