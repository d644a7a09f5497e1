namespace LoRAEnsembleHub.Inputs;

/// <summary>Sounds in WAV, FLAC and OGG Vorbis files, as one channel of 32-bit floating-point samples.</summary>
/// <remarks>
/// <para>
/// WAV: integers of 8 (unsigned), 16, 24 and 32 bits, floating point of 32 and 64 bits, WAVE_FORMAT_EXTENSIBLE, and the RF64 and BW64
/// forms of files above 4 GiB. A data chunk that gives its length as 0xFFFFFFFF or 0x7FFFF000, as programs do that write to a pipe, ends
/// with the file. FLAC: 4 to 32 bits, with its checksums. OGG: one Vorbis stream, with its checksums.
/// </para>
/// <para>
/// Integers are divided by 2^(bits − 1) and unsigned ones shifted by 128 before, as libsndfile does it, so the samples are equal to
/// libsndfile's bit for bit. Several channels become one by their mean.
/// </para>
/// <para>
/// Resampling: for any two rates, with a sinc filter in a Kaiser window (beta 10.06, 100 dB of stop-band attenuation, 128 samples of the
/// lower rate on either side of the centre). With f the lower of the two Nyquist frequencies it passes everything up to 0.95 f, is 6 dB
/// down at 0.975 f and stops everything from f on. n samples become ceil(n · to / from), the first at the same moment as the first of the
/// file; before and after the file there is silence.
/// </para>
/// <para>
/// The file is read from its start only as far as samples are wanted, so a long file or an endless pipe costs no more than its first
/// seconds; damage that lies behind them is seen only where a header tells of it.
/// </para>
/// </remarks>
public static class AudioDecoder
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A file.</param>
    /// <param name="options">How much is wanted and at which rate; null for all at the rate of the file.</param>
    /// <param name="cancellationToken">Tested from block to block.</param>
    /// <returns>The sound; owned by the caller.</returns>
    /// <exception cref="AudioException">
    /// There is no such file, it cannot be read, it is no sound or one in a coding that is not supported, it has no samples, is damaged or
    /// cut off, a sample is not finite, or its rate is refused by <paramref name="options"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Waveform Read(string path, AudioDecoderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new AudioException(path, "This is a folder; name one sound in it.");
        }

        try
        {
            // Reading is buffered by the decoder itself.
            using var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0,
                FileOptions.SequentialScan
            );
            return Decode(file, path, options, cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AudioException(path, "There is no such file; check the path.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AudioException(path, $"The file cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a sound from a stream, such as an open file, memory or a pipe.</summary>
    /// <param name="stream">The stream, at the start of the sound; left open, and read somewhat further than the wanted samples.</param>
    /// <param name="name">What the stream is called in messages.</param>
    /// <param name="options">How much is wanted and at which rate; null for all at the rate of the file.</param>
    /// <param name="cancellationToken">Tested from block to block.</param>
    /// <returns>The sound; owned by the caller.</returns>
    /// <exception cref="AudioException">As for <see cref="Read"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Waveform Decode(
        Stream stream,
        string name,
        AudioDecoderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new AudioDecoderOptions();
        var bytes = new AudioBytes(stream, name, cancellationToken);
        var reader = SoundKind.Open(bytes);
        var facts = reader.Facts;
        var rate = options.SampleRateHz ?? facts.SampleRateHz;
        if (rate == facts.SampleRateHz)
        {
            var (asStored, isWhole) = MonoSamples.Read(reader, options.MaxSamples, bytes, cancellationToken);
            return Sound(facts, rate, asStored, isWhole);
        }

        if (options.Rate == AudioRate.Refuse)
        {
            throw new AudioException(
                name,
                $"The sampling rate is {facts.SampleRateHz} Hz; {rate} Hz are needed and resampling is switched off. Resample the file or allow it."
            );
        }

        var resampler = new RationalResampler(facts.SampleRateHz, rate);
        var needed = options.MaxSamples is { } most ? resampler.InputFor(most) : (long?)null;
        var (samples, wasWhole) = MonoSamples.Read(reader, needed, bytes, cancellationToken);
        var length = resampler.OutputLength(samples.Length);
        var wanted = Math.Min(length, options.MaxSamples ?? Array.MaxLength);
        if (wanted < length && options.MaxSamples is null)
        {
            throw new AudioException(name, $"At {rate} Hz the sound has {length} samples, more than one array holds; read less of it.");
        }

        return Sound(facts, rate, resampler.Resample(samples, (int)wanted), wasWhole && wanted == length);
    }

    private static Waveform Sound(SoundFacts facts, int rate, float[] samples, bool isWhole) =>
        new()
        {
            Samples = samples,
            SampleRateHz = rate,
            Format = facts.Format,
            StoredChannels = facts.Channels,
            StoredRateHz = facts.SampleRateHz,
            IsWhole = isWhole,
        };
}
