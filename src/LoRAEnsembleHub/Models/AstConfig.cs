using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Models;

/// <summary>The config.json of an audio spectrogram transformer, field for field.</summary>
/// <remarks>Defaults are those of transformers' ASTConfig.</remarks>
public sealed record AstConfig : ModelConfig
{
    /// <summary>The type that this config describes.</summary>
    internal const string TypeName = "audio-spectrogram-transformer";

    private static readonly string[] classes = ["ASTForAudioClassification", "ASTModel"];

    /// <summary>The defaults: 1024 frames of 128 mel bands.</summary>
    public AstConfig()
        : base(Modality.Audio, TypeName) { }

    /// <summary>Height (mel bands) and width (frames) of a patch.</summary>
    public int PatchSize { get; init; } = 16;

    /// <summary>Mel bands from one patch to the next; 1 or more.</summary>
    public int FrequencyStride { get; init; } = 10;

    /// <summary>Frames from one patch to the next; 1 or more.</summary>
    public int TimeStride { get; init; } = 10;

    /// <summary>Frames of the input; a patch or more.</summary>
    public int MaxLength { get; init; } = 1024;

    /// <summary>Mel bands of the input; a patch or more.</summary>
    public int NumMelBins { get; init; } = 128;

    /// <summary>Whether query, key and value have a bias.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Patches along the frequency axis.</summary>
    [JsonIgnore]
    public int FrequencyPatches => ((NumMelBins - PatchSize) / FrequencyStride) + 1;

    /// <summary>Patches along the time axis at the configured number of frames.</summary>
    [JsonIgnore]
    public int TimePatches => TimePatchesOf(MaxLength);

    /// <inheritdoc />
    [JsonIgnore]
    public override IReadOnlyDictionary<string, IReadOnlyList<int>> InputSizes =>
        new Dictionary<string, IReadOnlyList<int>>
        {
            ["max_length"] = [MaxLength],
            ["num_mel_bins"] = [NumMelBins],
            ["patch_size"] = [PatchSize, PatchSize],
        };

    /// <inheritdoc />
    [JsonIgnore]
    public override string InputSummary =>
        $"spectrograms of {MaxLength} frames × {NumMelBins} mel bands in patches of {PatchSize} × {PatchSize}, "
        + $"{FrequencyPatches} × {TimePatches} of them (frequency × time)";

    /// <summary>Reads config.json of transformers.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="ModelException">It is no such config, or asks for something that is not supported; the field is named.</exception>
    public static AstConfig Parse(string json, string place)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Read(json, place, root => root.Deserialize<AstConfig>(ConfigJson.Options)).Checked(place);
    }

    /// <summary>Patches along the time axis of so many frames.</summary>
    internal int TimePatchesOf(long frames) => (int)((frames - PatchSize) / TimeStride) + 1;

    private AstConfig Checked(string place)
    {
        var check = new ModelConfigCheck(this, place);
        check.Shared([TypeName], classes);
        check.NeedOneOrMore("patch_size", PatchSize);
        check.NeedOneOrMore("frequency_stride", FrequencyStride);
        check.NeedOneOrMore("time_stride", TimeStride);
        check.Need(MaxLength >= PatchSize, "max_length", MaxLength, $"it must be a patch of {PatchSize} frames or more");
        check.Need(NumMelBins >= PatchSize, "num_mel_bins", NumMelBins, $"it must be a patch of {PatchSize} bands or more");
        return this;
    }
}
