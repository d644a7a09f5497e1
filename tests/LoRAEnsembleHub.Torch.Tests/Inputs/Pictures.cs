using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>Small pictures for tests.</summary>
internal static class Pictures
{
    public static RgbImage Noise(int width, int height, int seed = 0)
    {
        var pixels = new byte[3 * width * height];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    public static RgbImage Plain(int width, int height, byte red, byte green, byte blue)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < pixels.Length; i += 3)
        {
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (red, green, blue);
        }

        return new RgbImage(width, height, pixels);
    }

    public static RgbImage MirroredLeftToRight(RgbImage image) => OrientedImage.Upright(image, ImageOrientationTag.TopRight);

    public static RgbImage MirroredTopToBottom(RgbImage image) => OrientedImage.Upright(image, ImageOrientationTag.BottomLeft);

    public static void AssertSame(RgbImage expected, RgbImage actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.True(expected.Pixels.Span.SequenceEqual(actual.Pixels.Span), "the pixels differ");
    }
}
