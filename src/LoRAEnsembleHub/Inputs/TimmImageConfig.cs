using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>How timm prepares pictures for evaluation: the picture fields of <c>pretrained_cfg</c> in a timm <c>config.json</c>.</summary>
/// <remarks>timm: data/config.py (defaults) and transforms_imagenet_eval in data/transforms_factory.py, with torchvision's Resize and CenterCrop.</remarks>
public sealed record TimmImageConfig
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "config.json";

    /// <summary>Rows of the model's input; 1 or more. The file gives [3, height, width].</summary>
    public int Height { get; init; } = 224;

    /// <summary>Pixels across the model's input; 1 or more, equal to the height unless <see cref="CropMode"/> is "squash".</summary>
    public int Width { get; init; } = 224;

    /// <summary>The part of the resized picture, by edge, that the crop keeps; above 0.</summary>
    public double CropPct { get; init; } = 0.875;

    /// <summary>"center": the shorter edge is resized and the middle cut out. "squash": both edges are resized, whatever the aspect ratio.</summary>
    public string CropMode { get; init; } = "center";

    /// <summary>"nearest", "lanczos", "bilinear", "bicubic", "box" or "hamming".</summary>
    public string Interpolation { get; init; } = "bicubic";

    /// <summary>Means of the channels, for pixels in 0 to 1; finite.</summary>
    public RgbValues Mean { get; init; } = RgbValues.ImageNetMean;

    /// <summary>Standard deviations of the channels, for pixels in 0 to 1; finite and not 0.</summary>
    public RgbValues Std { get; init; } = RgbValues.ImageNetStandardDeviation;

    /// <summary>Reads a config.</summary>
    /// <param name="path">The file, or the folder that holds it under its usual name.</param>
    /// <returns>The checked config.</returns>
    /// <exception cref="ImageException">
    /// There is no such file, it is no JSON object, or a field is malformed or asks for something that is not supported; the field is named.
    /// </exception>
    public static TimmImageConfig Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        return Parse(JsonFields.ReadFile(file), file);
    }

    /// <summary>Reads a config that is in memory.</summary>
    /// <param name="json">The JSON text in UTF-8: an object with <c>pretrained_cfg</c>, or that object itself.</param>
    /// <param name="name">What the text is called in messages.</param>
    /// <returns>The checked config.</returns>
    /// <exception cref="ImageException">As for <see cref="Load"/>.</exception>
    public static TimmImageConfig Parse(ReadOnlyMemory<byte> json, string name)
    {
        var root = JsonFields.Parse(json, name);
        var fields = root.Object("pretrained_cfg") ?? root;
        var (height, width) = InputSize(fields);
        var defaults = new TimmImageConfig();
        return new TimmImageConfig
        {
            Height = height ?? defaults.Height,
            Width = width ?? defaults.Width,
            // timm takes its default for a zero as well.
            CropPct = fields.Number("crop_pct") is { } part and not 0 ? part : defaults.CropPct,
            CropMode = fields.Text("crop_mode") is { Length: > 0 } mode ? mode : defaults.CropMode,
            Interpolation = fields.Text("interpolation") is { Length: > 0 } filter ? filter : defaults.Interpolation,
            Mean = fields.Channels("mean") ?? defaults.Mean,
            Std = fields.Channels("std") ?? defaults.Std,
        }.Checked(name);
    }

    internal PillowFilter? Filter =>
        Interpolation switch
        {
            "nearest" => PillowFilter.Nearest,
            "lanczos" => PillowFilter.Lanczos,
            "bilinear" => PillowFilter.Bilinear,
            "bicubic" => PillowFilter.Bicubic,
            "box" => PillowFilter.Box,
            "hamming" => PillowFilter.Hamming,
            _ => null,
        };

    internal TimmImageConfig Checked(string name)
    {
        var fault =
            ImageSize.Exactly(Height, Width).Fault(shortestEdgeAllowed: false) is { } size ? $"input_size {size}"
            : Filter is null
                ? $"interpolation is \"{Interpolation}\", which is not supported; it must be nearest, lanczos, bilinear, bicubic, box or hamming"
            : CropMode is not ("center" or "squash")
                ? $"crop_mode is \"{CropMode}\", which is not supported; it must be \"center\" or \"squash\""
            : CropMode == "center" && Height != Width
                ? $"input_size is {Height} × {Width}; with crop_mode \"center\" only squares are supported"
            : !(Math.Min(Height, Width) / CropPct is >= 1 and <= 16_384)
                ? $"crop_pct is {CropPct}; it must be above 0 and leave an edge of 1 to 16384 pixels"
            : ImageProcessorConfig.ChannelFault(Mean, Std);
        return fault is null ? this : throw new ImageException(name, $"{fault}.");
    }

    // [channels, height, width]; a whole number is a square.
    private static (int? Height, int? Width) InputSize(JsonFields fields)
    {
        if (fields.Element("input_size") is not { } value)
        {
            return (null, null);
        }

        if (JsonFields.TryWhole(value, out var edge))
        {
            return (edge, edge);
        }

        return
            value.ValueKind == JsonValueKind.Array
            && value.GetArrayLength() == 3
            && JsonFields.TryWhole(value[0], out var channels)
            && channels == 3
            && JsonFields.TryWhole(value[1], out var height)
            && JsonFields.TryWhole(value[2], out var width)
            ? (height, width)
            : throw fields.Fault("input_size", "[3, height, width]");
    }
}
