namespace LoRAEnsembleHub.Inputs;

/// <summary>Resizing by taking single pixels.</summary>
/// <remarks>
/// Pillow's ImagingScaleAffine: the source coordinate of the first centre is half a step, and each next one is reached by adding a step, so
/// that the rounding errors add up exactly as there. A coordinate that they carry past the edge leaves black.
/// </remarks>
internal static class NearestResize
{
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        var (columns, rows) = (Coordinates(image.Width, width), Coordinates(image.Height, height));
        var from = image.Pixels.Span;
        var to = new byte[3 * width * height];
        for (var row = 0; row < height; row++)
        {
            if (rows[row] >= image.Height)
            {
                continue;
            }

            var source = from.Slice(3 * image.Width * rows[row], 3 * image.Width);
            var target = to.AsSpan(3 * width * row, 3 * width);
            for (var column = 0; column < width; column++)
            {
                if (columns[column] < image.Width)
                {
                    source.Slice(3 * columns[column], 3).CopyTo(target[(3 * column)..]);
                }
            }
        }

        return new RgbImage(width, height, to);
    }

    private static int[] Coordinates(int before, int after)
    {
        var step = (double)(float)before / after; // the size passes through a float in Pillow
        var coordinates = new int[after];
        var position = step * 0.5;
        for (var i = 0; i < after; i++, position += step)
        {
            coordinates[i] = (int)position;
        }

        return coordinates;
    }
}
