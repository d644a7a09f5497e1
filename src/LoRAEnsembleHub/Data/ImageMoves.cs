using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Moves whole pixels to new places; places that receive none are black.</summary>
internal static class ImageMoves
{
    /// <summary>Mirrors left and right.</summary>
    internal static RgbImage FlipHorizontally(RgbImage image) => Moved(image, (x, y) => (image.Width - 1 - x, y));

    /// <summary>Mirrors top and bottom.</summary>
    internal static RgbImage FlipVertically(RgbImage image) => Moved(image, (x, y) => (x, image.Height - 1 - y));

    /// <summary>Moves right and down; negative numbers move left and up.</summary>
    internal static RgbImage Shift(RgbImage image, int right, int down) => Moved(image, (x, y) => (x - right, y - down));

    /// <summary>Rotates counterclockwise about the centre, nearest pixel, without growing the image.</summary>
    /// <remarks>
    /// torchvision's rotate for tensors (functional rotate over affine_grid and grid_sample, align_corners false): the centre is that of
    /// the pixel grid, (size − 1) / 2, and a place half way between two pixels takes the even one.
    /// </remarks>
    internal static RgbImage Rotate(RgbImage image, double degrees)
    {
        var (sine, cosine) = Math.SinCos(double.DegreesToRadians(degrees));
        var (middleX, middleY) = ((image.Width - 1) / 2.0, (image.Height - 1) / 2.0);
        return Moved(
            image,
            (x, y) =>
                (
                    (int)Math.Round((cosine * (x - middleX)) - (sine * (y - middleY)) + middleX, MidpointRounding.ToEven),
                    (int)Math.Round((sine * (x - middleX)) + (cosine * (y - middleY)) + middleY, MidpointRounding.ToEven)
                )
        );
    }

    private static RgbImage Moved(RgbImage image, Func<int, int, (int X, int Y)> sourceOf)
    {
        var from = image.Pixels.Span;
        var to = new byte[from.Length];
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var (sourceX, sourceY) = sourceOf(x, y);
                if (sourceX >= 0 && sourceX < image.Width && sourceY >= 0 && sourceY < image.Height)
                {
                    from.Slice(3 * ((sourceY * image.Width) + sourceX), 3).CopyTo(to.AsSpan(3 * ((y * image.Width) + x)));
                }
            }
        }

        return new RgbImage(image.Width, image.Height, to);
    }
}
