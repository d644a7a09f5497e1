namespace LoRAEnsembleHub.Inputs;

/// <summary>What each of the 256 values of each channel becomes: rescaled and normalised once, looked up ever after.</summary>
internal sealed class PixelTable
{
    private readonly float[] table = new float[3 * 256];

    /// <summary>The table of a config; a step is left out where its argument is null.</summary>
    /// <remarks>
    /// NumPy's types are followed for the last bit's sake: rescale in image_transforms multiplies in double precision and rounds to single,
    /// normalize works in single precision. Dividing by 255 in single precision, as timm does, gives the same 256 numbers.
    /// </remarks>
    public PixelTable(double? factor, (RgbValues Mean, RgbValues Deviation)? normalise)
    {
        for (var value = 0; value < 256; value++)
        {
            var scaled = factor is { } f ? (float)(value * f) : value;
            var (mean, deviation) = normalise ?? (new RgbValues(0, 0, 0), new RgbValues(1, 1, 1));
            table[value] = (scaled - (float)mean.Red) / (float)deviation.Red;
            table[256 + value] = (scaled - (float)mean.Green) / (float)deviation.Green;
            table[512 + value] = (scaled - (float)mean.Blue) / (float)deviation.Blue;
        }
    }

    /// <summary>Pixels [height, width, 3] become numbers [3, height, width].</summary>
    public void Write(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        var plane = pixels.Length / 3;
        ReadOnlySpan<float> reds = table.AsSpan(0, 256);
        ReadOnlySpan<float> greens = table.AsSpan(256, 256);
        ReadOnlySpan<float> blues = table.AsSpan(512, 256);
        var red = destination[..plane];
        var green = destination.Slice(plane, plane);
        var blue = destination.Slice(2 * plane, plane);
        for (int pixel = 0, at = 0; pixel < red.Length; pixel++, at += 3)
        {
            red[pixel] = reds[pixels[at]];
            green[pixel] = greens[pixels[at + 1]];
            blue[pixel] = blues[pixels[at + 2]];
        }
    }
}
