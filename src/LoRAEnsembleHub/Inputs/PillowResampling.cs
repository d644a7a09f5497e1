namespace LoRAEnsembleHub.Inputs;

/// <summary>Resizes pictures to the very bytes that Pillow gives.</summary>
/// <remarks>
/// The integer algorithm of Pillow's Resample.c, and for <see cref="PillowFilter.Nearest"/> that of Geometry.c. The horizontal pass always
/// comes first, as in Pillow up to 12 for pictures no higher than 100 times their width; Pillow 13 sometimes begins with the vertical one
/// where the height shrinks, which differs by a level or two on photographs and by up to 30 on noise.
/// </remarks>
internal static class PillowResampling
{
    /// <summary>Resizes a picture; the aspect ratio is the caller's affair.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">Pixels across afterwards; 1 or more.</param>
    /// <param name="height">Rows afterwards; 1 or more.</param>
    /// <param name="filter">How pixels are weighed.</param>
    /// <param name="degreeOfParallelism">Rows computed at the same time; 1 or more. It does not change the result.</param>
    /// <returns>The resized picture, or <paramref name="image"/> itself where it has that size already.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size or the degree is below 1, or the filter is unknown.</exception>
    /// <exception cref="ArgumentException">The result would not fit in one array.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height, PillowFilter filter, int degreeOfParallelism = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(degreeOfParallelism, 1);
        if (!Enum.IsDefined(filter))
        {
            throw new ArgumentOutOfRangeException(nameof(filter), filter, "Pillow's filters are 0 to 5.");
        }

        if (3L * width * Math.Max(height, image.Height) > Array.MaxLength)
        {
            throw new ArgumentException(
                $"Resizing {image.Width} × {image.Height} to {width} × {height} needs more than {Array.MaxLength} bytes; ask for a smaller size."
            );
        }

        if (width == image.Width && height == image.Height)
        {
            return image;
        }

        if (filter == PillowFilter.Nearest)
        {
            return NearestResize.Resize(image, width, height);
        }

        var pixels = image.Pixels;
        if (width != image.Width)
        {
            pixels = ResamplingPass.Horizontal(
                pixels,
                image.Height,
                image.Width,
                ResamplingWeights.Compute(image.Width, width, filter),
                degreeOfParallelism
            );
        }

        if (height != image.Height)
        {
            pixels = ResamplingPass.Vertical(pixels, width, ResamplingWeights.Compute(image.Height, height, filter), degreeOfParallelism);
        }

        return new RgbImage(width, height, pixels);
    }
}
