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

    /// <summary>What was done to make the picture RGB, a few words each.</summary>
    /// <param name="wanted">What was asked for where the file stores an orientation.</param>
    internal IReadOnlyList<string> Facts(ImageOrientation wanted)
    {
        (bool Holds, string Words)[] facts =
        [
            (GreyRepeated, "grey repeated over red, green and blue"),
            (SixteenBitGreyClipped, "16-bit grey values above 255 became 255, as Pillow has it"),
            (AlphaDropped, "transparency dropped without blending"),
            (
                StoredOrientation != ImageOrientationTag.TopLeft,
                $"EXIF orientation {(int)StoredOrientation} "
                    + (wanted == ImageOrientation.Upright ? "applied" : "not applied; --upright would turn the picture")
            ),
            (FrameCount > 1, $"first of {FrameCount} frames taken"),
        ];
        return [.. facts.Where(fact => fact.Holds).Select(fact => fact.Words)];
    }
}
