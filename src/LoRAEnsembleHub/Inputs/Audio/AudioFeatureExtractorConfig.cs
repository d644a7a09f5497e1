namespace LoRAEnsembleHub.Inputs;

/// <summary>How transformers prepares sounds for AST: <c>preprocessor_config.json</c>, field for field.</summary>
/// <remarks>
/// transformers: ASTFeatureExtractor, with the defaults of that class. Its fields <c>feature_size</c>, <c>padding_side</c> and
/// <c>padding_value</c> can only say 1, "right" and 0, which is what the class computes whatever they say; anything else is refused.
/// </remarks>
public sealed record AudioFeatureExtractorConfig
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "preprocessor_config.json";

    /// <summary>The class that the file is for.</summary>
    internal const string ExtractorType = "ASTFeatureExtractor";

    private const int MostNumbers = 1 << 27;

    /// <summary>Samples in a second of the sounds that go in, in Hz; 42 to 384,000.</summary>
    /// <remarks>Frames have 400 samples at any rate, as in upstream's NumPy path; at rates other than 16,000 upstream's torchaudio path differs from it.</remarks>
    public int SamplingRate { get; init; } = 16_000;

    /// <summary>Mel filters, the height of the spectrogram; 1 to 1,024.</summary>
    public int NumMelBins { get; init; } = 128;

    /// <summary>Frames of the spectrogram: longer sounds are cut and shorter ones end in frames of zeros; 1 or more.</summary>
    public int MaxLength { get; init; } = 1_024;

    /// <summary>Whether the spectrogram x becomes (x − <see cref="Mean"/>) / (2 · <see cref="Std"/>).</summary>
    public bool DoNormalize { get; init; } = true;

    /// <summary>Mean of the spectrograms, in natural logarithms of power; finite.</summary>
    public double Mean { get; init; } = -4.2677393;

    /// <summary>Standard deviation of the spectrograms, in the same unit; finite and not 0.</summary>
    public double Std { get; init; } = 4.5689974;

    /// <summary>Whether upstream is asked for a mask as well; the model takes none, and no number depends on it.</summary>
    public bool ReturnAttentionMask { get; init; }

    /// <summary>Reads a config.</summary>
    /// <param name="path">The file, or the folder that holds it under its usual name.</param>
    /// <returns>The checked config.</returns>
    /// <remarks>Where the file names no extractor, the <c>model_type</c> of a <c>config.json</c> beside it must be AST's.</remarks>
    /// <exception cref="AudioException">
    /// There is no such file, it is no JSON object, it is for another extractor, or a field is malformed or asks for something that would
    /// change the result and is not supported; the field is named.
    /// </exception>
    public static AudioFeatureExtractorConfig Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        return AudioFeatureExtractorConfigReader.Load(file);
    }

    /// <summary>Reads a config that is in memory.</summary>
    /// <param name="json">The JSON text in UTF-8.</param>
    /// <param name="name">What the text is called in messages.</param>
    /// <returns>The checked config.</returns>
    /// <exception cref="AudioException">As for <see cref="Load"/>.</exception>
    public static AudioFeatureExtractorConfig Parse(ReadOnlyMemory<byte> json, string name) =>
        AudioFeatureExtractorConfigReader.Read(json, name, isForAst: false);

    /// <summary>Writes the config as transformers does: two spaces, sorted names.</summary>
    /// <returns>JSON that ends with a line feed; <see cref="Parse"/> gives back an equal config.</returns>
    /// <exception cref="AudioException">A value is outside its range.</exception>
    public string ToJson()
    {
        Checked(FileName);
        return PythonJson.Object(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["do_normalize"] = PythonJson.Flag(DoNormalize),
                ["feature_extractor_type"] = $"\"{ExtractorType}\"",
                ["feature_size"] = PythonJson.Whole(1),
                ["max_length"] = PythonJson.Whole(MaxLength),
                ["mean"] = PythonJson.Number(Mean),
                ["num_mel_bins"] = PythonJson.Whole(NumMelBins),
                ["padding_side"] = "\"right\"",
                ["padding_value"] = PythonJson.Number(0),
                ["return_attention_mask"] = PythonJson.Flag(ReturnAttentionMask),
                ["sampling_rate"] = PythonJson.Whole(SamplingRate),
                ["std"] = PythonJson.Number(Std),
            }
        );
    }

    internal AudioFeatureExtractorConfig Checked(string name)
    {
        // Normalisation happens in single precision, so a divisor that is 0 there is 0.
        var divisor = (float)(2 * Std);
        var fault =
            SamplingRate is < 42 or > SoundFacts.MaxSampleRateHz
                ? $"sampling_rate is {SamplingRate}; it must be 42 to {SoundFacts.MaxSampleRateHz} Hz"
            : NumMelBins is < 1 or > 1_024 ? $"num_mel_bins is {NumMelBins}; it must be 1 to 1024"
            : MaxLength < 1 || (long)MaxLength * NumMelBins > MostNumbers
                ? $"max_length is {MaxLength}; it must be 1 to {MostNumbers / NumMelBins} frames"
            : !float.IsFinite((float)Mean) ? $"mean is {Mean}; it must be finite"
            : !float.IsFinite(divisor) || divisor == 0 ? $"std is {Std}; it must be finite and not 0"
            : null;
        return fault is null ? this : throw new AudioException(name, $"{fault}.");
    }
}
