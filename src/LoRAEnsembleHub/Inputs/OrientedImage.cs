namespace LoRAEnsembleHub.Inputs;

/// <summary>Turns and mirrors pictures.</summary>
internal static class OrientedImage
{
    /// <summary>The picture as its orientation asks for; the same object where nothing has to move.</summary>
    public static RgbImage Upright(RgbImage image, ImageOrientationTag stored)
    {
        var (width, height) = (image.Width, image.Height);
        // The stored pixel that comes first, and how far one step right and one step down go from there, all in pixels.
        var (first, right, down) = stored switch
        {
            ImageOrientationTag.TopRight => (width - 1, -1, width),
            ImageOrientationTag.BottomRight => ((height * width) - 1, -1, -width),
            ImageOrientationTag.BottomLeft => ((height - 1) * width, 1, -width),
            ImageOrientationTag.LeftTop => (0, width, 1),
            ImageOrientationTag.RightTop => ((height - 1) * width, -width, 1),
            ImageOrientationTag.RightBottom => ((height * width) - 1, -width, -1),
            ImageOrientationTag.LeftBottom => (width - 1, width, -1),
            _ => (0, 1, width),
        };
        if (right == 1 && down == width)
        {
            return image;
        }

        var sideways = stored >= ImageOrientationTag.LeftTop;
        var (newWidth, newHeight) = sideways ? (height, width) : (width, height);
        var from = image.Pixels.Span;
        var to = new byte[image.Pixels.Length];
        for (int row = 0, target = 0; row < newHeight; row++)
        {
            var source = first + (row * down);
            for (var column = 0; column < newWidth; column++, source += right, target += 3)
            {
                from.Slice(3 * source, 3).CopyTo(to.AsSpan(target));
            }
        }

        return new RgbImage(newWidth, newHeight, to);
    }
}
