using System.Globalization;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Writes <see cref="ImageProcessorConfig"/> the way <c>save_pretrained</c> does.</summary>
internal static class ImageProcessorConfigWriter
{
    // By hand because JSON writers of .NET spell 1.0 as 1, which Python would read back as an integer.
    public static string Write(ImageProcessorConfig config)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["do_normalize"] = Flag(config.DoNormalize),
            ["do_rescale"] = Flag(config.DoRescale),
            ["do_resize"] = Flag(config.DoResize),
            ["image_mean"] = Channels(config.ImageMean),
            ["image_processor_type"] = $"\"{config.ImageProcessorType}\"",
            ["image_std"] = Channels(config.ImageStd),
            ["resample"] = Whole((int)config.Resample),
            ["rescale_factor"] = Number(config.RescaleFactor),
            ["size"] = Size(config.Size),
        };
        if (config.DoConvertRgb is { } convert)
        {
            fields["do_convert_rgb"] = Flag(convert);
        }

        if (config.CropSize is { } crop)
        {
            fields["do_center_crop"] = Flag(config.DoCenterCrop);
            fields["crop_size"] = Size(crop);
        }

        return $"{{\n{string.Join(",\n", fields.Select(field => $"  \"{field.Key}\": {field.Value}"))}\n}}\n";
    }

    private static string Size(ImageSize size) =>
        size.ShortestEdge is { } edge
            ? $"{{\n    \"shortest_edge\": {Whole(edge)}\n  }}"
            : $"{{\n    \"height\": {Whole(size.Height!.Value)},\n    \"width\": {Whole(size.Width!.Value)}\n  }}";

    private static string Channels(RgbValues values) =>
        $"[\n    {Number(values.Red)},\n    {Number(values.Green)},\n    {Number(values.Blue)}\n  ]";

    private static string Flag(bool value) => value ? "true" : "false";

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return digits.AsSpan().IndexOfAny('.', 'e') < 0 ? digits + ".0" : digits;
    }
}
