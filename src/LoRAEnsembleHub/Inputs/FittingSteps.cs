namespace LoRAEnsembleHub.Inputs;

/// <summary>Resize and centre crop, as a config of either kind asks for them.</summary>
internal sealed record FittingSteps
{
    /// <summary>The size to resize to, or null for none.</summary>
    public ImageSize? Resize { get; init; }

    public PillowFilter Filter { get; init; }

    /// <summary>Height and width to cut out, or null for none.</summary>
    public (int Height, int Width)? Crop { get; init; }

    public required CropOffset Offset { get; init; }

    /// <summary>The size every picture comes out with, or null where it depends on the picture.</summary>
    public (int Height, int Width)? OutputSize => Crop ?? (Resize is { Height: { } height, Width: { } width } ? (height, width) : null);

    public static FittingSteps From(ImageProcessorConfig config) =>
        new()
        {
            Resize = config.DoResize ? config.Size : null,
            Filter = config.Resample,
            Crop = config.DoCenterCrop ? (config.CropSize!.Height!.Value, config.CropSize.Width!.Value) : null,
            Offset = CropOffset.Floor,
        };

    public static FittingSteps From(TimmImageConfig config)
    {
        var (height, width) = ((int)Math.Floor(config.Height / config.CropPct), (int)Math.Floor(config.Width / config.CropPct));
        return new FittingSteps
        {
            Resize = config.CropMode == "squash" ? ImageSize.Exactly(height, width) : new ImageSize { ShortestEdge = height },
            Filter = config.Filter!.Value,
            Crop = (config.Height, config.Width),
            Offset = CropOffset.HalfToEven,
        };
    }

    public RgbImage Apply(RgbImage image)
    {
        if (Resize is not null)
        {
            var (height, width) = Target(image, Resize);
            image = PillowResampling.Resize(image, width, height, Filter);
        }

        return Crop is { } crop ? CenterCrop.Cut(image, crop.Height, crop.Width, Offset) : image;
    }

    // The longer edge is truncated, as torchvision's Resize and transformers' get_resize_output_image_size do.
    private static (int Height, int Width) Target(RgbImage image, ImageSize size)
    {
        if (size.ShortestEdge is not { } edge)
        {
            return (size.Height!.Value, size.Width!.Value);
        }

        var (shorter, longer) = (Math.Min(image.Width, image.Height), Math.Max(image.Width, image.Height));
        var other = (double)((long)edge * longer) / shorter;
        if (other > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The picture is {image.Height} × {image.Width} (height × width); with a shortest edge of {edge} the other would be {other:0} pixels. Crop it first."
            );
        }

        return image.Width <= image.Height ? ((int)other, edge) : (edge, (int)other);
    }
}
