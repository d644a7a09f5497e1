namespace LoRAEnsembleHub.Inputs;

/// <summary>Averages a picture with a Gaussian bell, rows first and columns then; beyond its edge a picture goes on as its last pixel.</summary>
internal static class GaussianBlur
{
    private const double Reach = 4; // standard deviations; what lies beyond weighs less than a level

    /// <summary>Blurs.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="deviation">Standard deviation in pixels; above 0.</param>
    internal static RgbImage Apply(RgbImage image, double deviation)
    {
        var (weights, row) = (Weights(deviation), 3 * image.Width);
        var values = new float[image.Pixels.Length];
        for (var value = 0; value < values.Length; value++)
        {
            values[value] = image.Pixels.Span[value];
        }

        values = Averaged(values, weights, (image.Height, row), (image.Width, 3));
        values = Averaged(values, weights, (image.Width, 3), (image.Height, row));
        return new RgbImage(image.Width, image.Height, Array.ConvertAll(values, value => PixelLevel.Of(value)));
    }

    private static float[] Averaged(float[] from, float[] weights, (int Count, int Stride) lines, (int Count, int Stride) places)
    {
        var to = new float[from.Length];
        var reach = weights.Length / 2;
        for (var line = 0; line < lines.Count; line++)
        {
            for (var place = 0; place < places.Count; place++)
            {
                var target = to.AsSpan((line * lines.Stride) + (place * places.Stride), 3);
                for (var offset = -reach; offset <= reach; offset++)
                {
                    var other = Math.Clamp(place + offset, 0, places.Count - 1);
                    var source = from.AsSpan((line * lines.Stride) + (other * places.Stride), 3);
                    var weight = weights[offset + reach];
                    (target[0], target[1], target[2]) = (
                        target[0] + (weight * source[0]),
                        target[1] + (weight * source[1]),
                        target[2] + (weight * source[2])
                    );
                }
            }
        }

        return to;
    }

    private static float[] Weights(double deviation)
    {
        var reach = (int)Math.Ceiling(Reach * deviation);
        var weights = new double[(2 * reach) + 1];
        for (var offset = -reach; offset <= reach; offset++)
        {
            weights[offset + reach] = Math.Exp(-0.5 * offset * offset / (deviation * deviation));
        }

        var sum = weights.Sum();
        return [.. weights.Select(weight => (float)(weight / sum))];
    }
}
