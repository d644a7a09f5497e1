namespace LoRAEnsembleHub.Inputs;

/// <summary>How the place of the middle is rounded when the edges differ by an odd number.</summary>
internal enum CropOffset
{
    /// <summary>Down, also below zero: center_crop in transformers' image_transforms, whose larger frame is at the top and left.</summary>
    Floor,

    /// <summary>To the even neighbour: torchvision's CenterCrop, whose larger frame is at the bottom and right.</summary>
    HalfToEven,
}

/// <summary>Cuts out the middle of a picture; where the picture is smaller, it is framed with black.</summary>
internal static class CenterCrop
{
    public static RgbImage Cut(RgbImage image, int height, int width, CropOffset offset)
    {
        if (height == image.Height && width == image.Width)
        {
            return image;
        }

        var (top, left) = (Start(image.Height, height, offset), Start(image.Width, width, offset));
        var from = image.Pixels.Span;
        var to = new byte[3 * height * width];
        var (first, last) = (Math.Max(0, left), Math.Min(image.Width, left + width));
        for (var row = Math.Max(0, top); row < Math.Min(image.Height, top + height); row++)
        {
            var source = from.Slice(3 * ((row * image.Width) + first), 3 * (last - first));
            source.CopyTo(to.AsSpan(3 * (((row - top) * width) + first - left)));
        }

        return new RgbImage(width, height, to);
    }

    /// <summary>The first row or column of the middle; negative where a frame is needed.</summary>
    private static int Start(int edge, int wanted, CropOffset offset) =>
        offset == CropOffset.Floor ? (edge - wanted) >> 1
        : edge < wanted ? -((wanted - edge) / 2)
        : (int)Math.Round((edge - wanted) / 2.0, MidpointRounding.ToEven);
}
