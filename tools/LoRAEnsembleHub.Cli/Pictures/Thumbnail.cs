using LoRAEnsembleHub.Inputs;
using SkiaSharp;

namespace LoRAEnsembleHub.Cli.Pictures;

/// <summary>Pictures small enough to be part of a page.</summary>
internal static class Thumbnail
{
    private const int LongestEdge = 144;

    /// <summary>A PNG file of a picture, made smaller where it is large.</summary>
    public static byte[] Png(RgbImage image)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var from = image.Pixels.Span;
        var to = bitmap.GetPixelSpan();
        for (int source = 0, target = 0; source < from.Length; source += 3, target += 4)
        {
            from.Slice(source, 3).CopyTo(to[target..]);
            to[target + 3] = byte.MaxValue;
        }

        var scale = Math.Min(1.0, (double)LongestEdge / Math.Max(image.Width, image.Height));
        var size = new SKSizeI(Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)));
        using var small = scale < 1 ? bitmap.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)) : null;
        using var encoded = (small ?? bitmap).Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }
}
