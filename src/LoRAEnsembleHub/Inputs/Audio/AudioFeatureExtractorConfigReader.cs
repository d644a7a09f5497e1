using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Reads <see cref="AudioFeatureExtractorConfig"/> from JSON.</summary>
internal static class AudioFeatureExtractorConfigReader
{
    // Names, notes and settings of the Python call that leave the numbers alone.
    private static readonly HashSet<string> Harmless =
    [
        "processor_class",
        "_processor_class",
        "_name_or_path",
        "name_or_path",
        "model_input_names",
        "transformers_version",
        "return_tensors",
    ];

    private static readonly HashSet<string> Used =
    [
        "feature_extractor_type",
        "feature_size",
        "sampling_rate",
        "num_mel_bins",
        "max_length",
        "padding_side",
        "padding_value",
        "do_normalize",
        "mean",
        "std",
        "return_attention_mask",
    ];

    public static AudioFeatureExtractorConfig Load(string file) => Read(JsonFields.ReadFile(file, Fault), file, IsBesideAst(file));

    /// <summary>Reads a config.</summary>
    /// <param name="json">The JSON text in UTF-8.</param>
    /// <param name="name">What the text is called in messages.</param>
    /// <param name="isForAst">Whether a file that names no extractor is known to be AST's.</param>
    public static AudioFeatureExtractorConfig Read(ReadOnlyMemory<byte> json, string name, bool isForAst)
    {
        var fields = JsonFields.Parse(json, name, Fault);
        RefuseOthers(fields, name, isForAst);
        var defaults = new AudioFeatureExtractorConfig();
        return new AudioFeatureExtractorConfig
        {
            SamplingRate = fields.Whole("sampling_rate") ?? defaults.SamplingRate,
            NumMelBins = fields.Whole("num_mel_bins") ?? defaults.NumMelBins,
            MaxLength = fields.Whole("max_length") ?? defaults.MaxLength,
            DoNormalize = fields.Flag("do_normalize") ?? defaults.DoNormalize,
            Mean = fields.Number("mean") ?? defaults.Mean,
            Std = fields.Number("std") ?? defaults.Std,
            ReturnAttentionMask = fields.Flag("return_attention_mask") ?? defaults.ReturnAttentionMask,
        }.Checked(name);
    }

    private static void RefuseOthers(JsonFields fields, string name, bool isForAst)
    {
        var type = fields.Text("feature_extractor_type") ?? (isForAst ? AudioFeatureExtractorConfig.ExtractorType : null);
        if (type != AudioFeatureExtractorConfig.ExtractorType)
        {
            throw new AudioException(
                name,
                type is null
                    ? "feature_extractor_type is not given, and no config.json of an AST lies beside the file; add "
                        + $"\"feature_extractor_type\": \"{AudioFeatureExtractorConfig.ExtractorType}\"."
                    : $"The feature extractor is \"{type}\"; supported is {AudioFeatureExtractorConfig.ExtractorType}."
            );
        }

        var (size, side, value) = (fields.Whole("feature_size"), fields.Text("padding_side"), fields.Number("padding_value"));
        var fault =
            size is not (null or 1) ? $"feature_size is {size}; only 1, one channel of sound, is supported"
            : side is not (null or "right") ? $"padding_side is \"{side}\"; only \"right\" is supported"
            : value is not (null or 0) ? $"padding_value is {value}; only 0 is supported"
            : null;
        if (fault is not null)
        {
            throw new AudioException(name, $"{fault}.");
        }

        // An unknown switch that is off changes nothing.
        var other = fields.Names.FirstOrDefault(field =>
            !Used.Contains(field) && !Harmless.Contains(field) && fields.Element(field)!.Value.ValueKind != JsonValueKind.False
        );
        if (other is not null)
        {
            throw new AudioException(
                name,
                $"{other} is {fields.Element(other)!.Value.GetRawText()}, which is not supported and may change the numbers; remove it if it is only a note."
            );
        }
    }

    private static bool IsBesideAst(string file)
    {
        var model = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "config.json");
        return File.Exists(model)
            && Path.GetFullPath(file) != model
            && JsonFields.Parse(JsonFields.ReadFile(model, Fault), model, Fault).Text("model_type") == "audio-spectrogram-transformer";
    }

    private static AudioException Fault(string file, string message, Exception? inner, bool isMalformed) =>
        new(file, message, inner) { IsMalformed = isMalformed };
}
