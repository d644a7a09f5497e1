namespace LoRAEnsembleHub.Inputs;

/// <summary>Turns sounds into model input: logarithmic mel spectrograms of a fixed number of frames, normalised.</summary>
/// <remarks>
/// Equal to the NumPy path of transformers' ASTFeatureExtractor. The whole is done in two steps, <see cref="FilterBank"/> and
/// <see cref="Normalize"/>, because masks belong between them (Gong et al. 2021). Holds no state: one extractor may be used by many threads.
/// </remarks>
public sealed class AudioFeatureExtractor
{
    /// <summary>The fewest samples that make a frame.</summary>
    public const int LeastSamples = KaldiFilterBank.FrameSamples;

    private readonly KaldiFilterBank bank;
    private readonly float mean;
    private readonly float divisor;

    /// <summary>An extractor as transformers would build it.</summary>
    /// <param name="config">The config.</param>
    /// <exception cref="AudioException">A value of the config is outside its range.</exception>
    public AudioFeatureExtractor(AudioFeatureExtractorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config.Checked(AudioFeatureExtractorConfig.FileName);
        Description = config.ToJson();
        bank = new KaldiFilterBank(config.SamplingRate, config.NumMelBins);
        (mean, divisor) = ((float)config.Mean, (float)(2 * config.Std));
    }

    /// <summary>The config that the extractor was built from.</summary>
    public AudioFeatureExtractorConfig Config { get; }

    /// <summary>Frames of every spectrogram.</summary>
    public int Frames => Config.MaxLength;

    /// <summary>Mel filters of every spectrogram.</summary>
    public int Mels => Config.NumMelBins;

    /// <summary>Samples from the start of a sound that the frames cover; those behind them change nothing.</summary>
    public int MaxSamples => (int)Math.Min((((long)Frames - 1) * KaldiFilterBank.StepSamples) + KaldiFilterBank.FrameSamples, int.MaxValue);

    /// <summary>The config as text: extractors with the same text prepare sounds alike.</summary>
    internal string Description { get; }

    /// <summary>Reads the config of a checkpoint.</summary>
    /// <param name="path">A config file, or a folder with <c>preprocessor_config.json</c>.</param>
    /// <returns>A new extractor.</returns>
    /// <exception cref="AudioException">There is no such file, or the config is refused.</exception>
    public static AudioFeatureExtractor Load(string path) => new(AudioFeatureExtractorConfig.Load(path));

    /// <summary>Reads as much of a sound file as the extractor needs, at its rate.</summary>
    /// <param name="path">A file; see <see cref="AudioDecoder"/>.</param>
    /// <param name="rate">What happens to a file with another rate.</param>
    /// <param name="cancellationToken">Tested from block to block.</param>
    /// <returns>The sound; what was done to it stands beside the samples.</returns>
    /// <exception cref="AudioException">The file is refused by <see cref="AudioDecoder"/>, or is too short for one frame.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Waveform Read(string path, AudioRate rate = AudioRate.Resample, CancellationToken cancellationToken = default) =>
        LongEnough(AudioDecoder.Read(path, Needed(rate), cancellationToken), path);

    /// <summary>Reads as much of a sound as the extractor needs, at its rate, from a stream.</summary>
    /// <param name="stream">The stream, at the start of the sound; left open, and read somewhat further than the needed samples.</param>
    /// <param name="name">What the stream is called in messages.</param>
    /// <param name="rate">What happens to a sound with another rate.</param>
    /// <param name="cancellationToken">Tested from block to block.</param>
    /// <returns>The sound; what was done to it stands beside the samples.</returns>
    /// <exception cref="AudioException">As for <see cref="Read"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Waveform Decode(
        Stream stream,
        string name,
        AudioRate rate = AudioRate.Resample,
        CancellationToken cancellationToken = default
    ) => LongEnough(AudioDecoder.Decode(stream, name, Needed(rate), cancellationToken), name);

    /// <summary>Does everything for one sound.</summary>
    /// <param name="samples">Mono samples at the config's rate, finite, full scale −1 to 1; <see cref="LeastSamples"/> or more.</param>
    /// <returns>[frames, mels], owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are too few samples, or one is not finite.</exception>
    public float[] Extract(ReadOnlySpan<float> samples)
    {
        var result = new float[Frames * Mels];
        Write(samples, result);
        return result;
    }

    /// <summary>Does everything for one sound, into memory of the caller.</summary>
    /// <param name="samples">As for <see cref="Extract"/>.</param>
    /// <param name="into">Receives [frames, mels]; exactly as long.</param>
    /// <exception cref="ArgumentException">As for <see cref="Extract"/>, or the memory has another length; it is as it was.</exception>
    public void Write(ReadOnlySpan<float> samples, Span<float> into)
    {
        FilterBank(samples, into);
        Normalize(into);
    }

    /// <summary>The first step: the logarithmic spectrogram, cut to the frames or filled up with frames of zeros.</summary>
    /// <param name="samples">As for <see cref="Extract"/>.</param>
    /// <param name="into">Receives [frames, mels]; exactly as long.</param>
    /// <exception cref="ArgumentException">As for <see cref="Write"/>; the memory is as it was.</exception>
    public void FilterBank(ReadOnlySpan<float> samples, Span<float> into)
    {
        CheckLength(into);
        if (samples.Length < LeastSamples)
        {
            throw new ArgumentException($"The sound has {samples.Length} samples; one frame needs {LeastSamples}.", nameof(samples));
        }

        var used = samples[..Math.Min(samples.Length, MaxSamples)];
        for (var i = 0; i < used.Length; i++)
        {
            if (!float.IsFinite(used[i]))
            {
                throw new ArgumentException($"Sample {i} is {used[i]}; every sample must be finite.", nameof(samples));
            }
        }

        var filled = KaldiFilterBank.FrameCount(used.Length) * Mels;
        bank.Write(used, into[..filled]);
        into[filled..].Clear();
    }

    /// <summary>The second step: subtracts the mean and divides by twice the standard deviation, unless the config switches that off.</summary>
    /// <param name="spectrogram">[frames, mels] from <see cref="FilterBank"/>, changed in place; the frames of zeros take part.</param>
    /// <exception cref="ArgumentException">The spectrogram has another length.</exception>
    public void Normalize(Span<float> spectrogram)
    {
        CheckLength(spectrogram);
        if (!Config.DoNormalize)
        {
            return;
        }

        foreach (ref var value in spectrogram)
        {
            value = (value - mean) / divisor;
        }
    }

    private AudioDecoderOptions Needed(AudioRate rate) =>
        new()
        {
            SampleRateHz = Config.SamplingRate,
            Rate = rate,
            MaxSamples = MaxSamples,
        };

    private static Waveform LongEnough(Waveform sound, string name) =>
        sound.Samples.Length >= LeastSamples
            ? sound
            : throw new AudioException(
                name,
                $"The sound has {sound.Samples.Length} samples at {sound.SampleRateHz} Hz; one frame needs {LeastSamples}. Use a longer recording."
            );

    private void CheckLength(Span<float> spectrogram)
    {
        if (spectrogram.Length != Frames * Mels)
        {
            throw new ArgumentException(
                $"The memory has {spectrogram.Length} numbers; [{Frames}, {Mels}] (frames, mels) needs {Frames * Mels}.",
                nameof(spectrogram)
            );
        }
    }
}
