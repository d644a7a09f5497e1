using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Reads <see cref="ImageProcessorConfig"/> from JSON, old spellings included.</summary>
internal static class ImageProcessorConfigReader
{
    // Names, notes and settings of the Python call that leave the numbers alone.
    private static readonly HashSet<string> Harmless =
    [
        "processor_class",
        "_processor_class",
        "_valid_processor_keys",
        "_name_or_path",
        "name_or_path",
        "model_input_names",
        "transformers_version",
        "input_data_format",
        "device",
        "return_tensors",
        "disable_grouping",
        "image_seq_length",
        "pad_size", // means something only with do_pad, which is refused
    ];

    private static readonly HashSet<string> Used =
    [
        "image_processor_type",
        "feature_extractor_type",
        "do_convert_rgb",
        "do_resize",
        "size",
        "resample",
        "do_center_crop",
        "crop_size",
        "do_rescale",
        "rescale_factor",
        "do_normalize",
        "image_mean",
        "image_std",
    ];

    /// <summary>Reads a config.</summary>
    /// <param name="json">The JSON text in UTF-8.</param>
    /// <param name="name">What the text is called in messages.</param>
    /// <param name="unnamed">The processor type of a file that names none, or null where that is an error.</param>
    public static ImageProcessorConfig Read(ReadOnlyMemory<byte> json, string name, string? unnamed = null)
    {
        var fields = JsonFields.Parse(json, name);
        var defaults = Family(fields, name, unnamed) == ImageProcessorTypes.Vit ? ImageProcessorConfig.Vit : ImageProcessorConfig.Deit;
        RefuseUnsupported(fields, name);
        return new ImageProcessorConfig
        {
            ImageProcessorType = defaults.ImageProcessorType,
            DoConvertRgb = fields.Flag("do_convert_rgb"),
            DoResize = fields.Flag("do_resize") ?? defaults.DoResize,
            Size = Size(fields, "size", name) ?? defaults.Size,
            Resample = (PillowFilter)(fields.Whole("resample") ?? (int)defaults.Resample),
            DoCenterCrop = fields.Flag("do_center_crop") ?? defaults.DoCenterCrop,
            CropSize = Size(fields, "crop_size", name) ?? defaults.CropSize,
            DoRescale = fields.Flag("do_rescale") ?? defaults.DoRescale,
            RescaleFactor = fields.Number("rescale_factor") ?? defaults.RescaleFactor,
            DoNormalize = fields.Flag("do_normalize") ?? defaults.DoNormalize,
            ImageMean = fields.Channels("image_mean") ?? defaults.ImageMean,
            ImageStd = fields.Channels("image_std") ?? defaults.ImageStd,
        }.Checked(name);
    }

    // Files that carry both names were saved by a newer class from an older file; the newer name counts.
    private static string Family(JsonFields fields, string name, string? unnamed)
    {
        var type =
            fields.Text("image_processor_type")
            ?? fields.Text("feature_extractor_type")
            ?? unnamed
            ?? throw new ImageException(
                name,
                "Neither image_processor_type nor feature_extractor_type is given, and no config.json of a ViT or DeiT lies beside the file; add "
                    + $"\"image_processor_type\": \"{ImageProcessorTypes.Vit}\" (or …DeiT…)."
            );
        return ImageProcessorTypes.Family(type)
            ?? throw new ImageException(
                name,
                $"The processor type is \"{type}\"; supported are {ImageProcessorTypes.Vit} and {ImageProcessorTypes.Deit}, also as …Fast, …Pil and …FeatureExtractor."
            );
    }

    private static void RefuseUnsupported(JsonFields fields, string name)
    {
        foreach (var field in fields.Names.Where(field => !Used.Contains(field) && !Harmless.Contains(field)))
        {
            var value = fields.Element(field)!.Value;
            var neutral = field switch
            {
                "default_to_square" => value.ValueKind == JsonValueKind.True,
                "data_format" => value.ValueKind == JsonValueKind.String && value.ValueEquals("channels_first"),
                _ => value.ValueKind == JsonValueKind.False, // an unknown switch that is off
            };
            if (!neutral)
            {
                throw new ImageException(
                    name,
                    $"{field} is {value.GetRawText()}, which is not supported and may change the numbers; remove it if it is only a note."
                );
            }
        }
    }

    // Old files give a whole number for a square, or [height, width].
    private static ImageSize? Size(JsonFields fields, string field, string name)
    {
        if (fields.Element(field) is not { } value)
        {
            return null;
        }

        if (JsonFields.TryWhole(value, out var edge))
        {
            return ImageSize.Exactly(edge, edge);
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return
                value.GetArrayLength() == 2 && JsonFields.TryWhole(value[0], out var height) && JsonFields.TryWhole(value[1], out var width)
                ? ImageSize.Exactly(height, width)
                : throw fields.Fault(field, "two whole numbers, [height, width]");
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw fields.Fault(field, "an object with height and width, or a whole number");
        }

        var size = fields.Object(field)!;
        var other = size.Names.FirstOrDefault(n => n is not ("height" or "width" or "shortest_edge"));
        return other is null
            ? new ImageSize
            {
                Height = size.Whole("height"),
                Width = size.Whole("width"),
                ShortestEdge = size.Whole("shortest_edge"),
            }
            : throw new ImageException(
                name,
                $"{field}.{other} is {size.Element(other)!.Value.GetRawText()}, which is not supported; give height and width, or shortest_edge."
            );
    }
}
