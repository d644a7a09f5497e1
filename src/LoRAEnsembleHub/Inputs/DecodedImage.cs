namespace LoRAEnsembleHub.Inputs;

/// <summary>A decoded picture and what had to be done to make it RGB.</summary>
public sealed record DecodedImage
{
    /// <summary>The pixels.</summary>
    public required RgbImage Image { get; init; }

    /// <summary>The container: "PNG", "JPEG", "WebP", "BMP" or "GIF".</summary>
    public required string Format { get; init; }

    /// <summary>The file holds grey values; each was written to red, green and blue.</summary>
    public bool GreyRepeated { get; init; }

    /// <summary>The file holds 16-bit grey values; those above 255 became 255, as Pillow does it.</summary>
    public bool SixteenBitGreyClipped { get; init; }

    /// <summary>The file holds transparency; it was dropped without blending.</summary>
    public bool AlphaDropped { get; init; }

    /// <summary>The orientation the file asks for, whether it was applied or not.</summary>
    public ImageOrientationTag StoredOrientation { get; init; } = ImageOrientationTag.TopLeft;

    /// <summary>Frames in the file; above 1 for an animation, of which the first was taken.</summary>
    public int FrameCount { get; init; } = 1;
}
