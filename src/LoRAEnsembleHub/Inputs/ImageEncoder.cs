using LoRAEnsembleHub.Native;
using SkiaSharp;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Writes pictures as files in memory.</summary>
public static class ImageEncoder
{
    /// <summary>A PNG file, made smaller where the picture is large.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="longestEdge">Pixels that the longer edge has at most; null leaves the size.</param>
    /// <exception cref="NativeLibraryException">SkiaSharp's native library is missing or does not load.</exception>
    public static byte[] Png(RgbImage image, int? longestEdge = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var bitmap = BitmapOf(image);
        var scale = Math.Min(1.0, (double)(longestEdge ?? int.MaxValue) / Math.Max(image.Width, image.Height));
        var size = new SKSizeI(Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)));
        using var small = scale < 1 ? bitmap.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)) : null;
        using var encoded = (small ?? bitmap).Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }

    /// <summary>A JPEG file.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="quality">0 … 100, as libjpeg counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quality is out of range.</exception>
    /// <exception cref="NativeLibraryException">SkiaSharp's native library is missing or does not load.</exception>
    public static byte[] Jpeg(RgbImage image, int quality)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegative(quality);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        using var bitmap = BitmapOf(image);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
        return encoded.ToArray();
    }

    private static SKBitmap BitmapOf(RgbImage image)
    {
        NativeSkia.EnsureLoaded();
        var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var from = image.Pixels.Span;
        var to = bitmap.GetPixelSpan();
        for (int source = 0, target = 0; source < from.Length; source += 3, target += 4)
        {
            from.Slice(source, 3).CopyTo(to[target..]);
            to[target + 3] = byte.MaxValue;
        }

        return bitmap;
    }
}
