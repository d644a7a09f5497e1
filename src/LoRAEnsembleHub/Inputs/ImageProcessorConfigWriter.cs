using static LoRAEnsembleHub.Inputs.PythonJson;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Writes <see cref="ImageProcessorConfig"/> the way <c>save_pretrained</c> does.</summary>
internal static class ImageProcessorConfigWriter
{
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

        return PythonJson.Object(fields);
    }

    private static string Size(ImageSize size) =>
        size.ShortestEdge is { } edge
            ? $"{{\n    \"shortest_edge\": {Whole(edge)}\n  }}"
            : $"{{\n    \"height\": {Whole(size.Height!.Value)},\n    \"width\": {Whole(size.Width!.Value)}\n  }}";

    private static string Channels(RgbValues values) =>
        $"[\n    {Number(values.Red)},\n    {Number(values.Green)},\n    {Number(values.Blue)}\n  ]";
}
