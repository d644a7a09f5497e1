using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Draws a sound: time to the right, frequency upwards, power as colour from dark violet to bright yellow.</summary>
internal static class SpectrogramPicture
{
    private const int LeastEdge = 96;

    // Even steps of lightness, so that equal differences of power look equal, also without colours.
    private static readonly (double Red, double Green, double Blue)[] scale =
    [
        (20, 8, 48),
        (72, 24, 112),
        (140, 41, 125),
        (208, 68, 105),
        (250, 124, 90),
        (254, 190, 120),
        (252, 250, 190),
    ];

    /// <summary>Draws a spectrogram, each value as one square of pixels.</summary>
    /// <param name="spectrogram">[frames, mels], logarithmic; frames of zeros at the end are the filling.</param>
    /// <param name="mels">Filters in a frame.</param>
    internal static RgbImage Draw(ReadOnlySpan<float> spectrogram, int mels)
    {
        var frames = spectrogram.Length / mels;
        var zoom = Math.Max(1, LeastEdge / Math.Max(1, Math.Min(frames, mels)));
        var (low, high) = Range(spectrogram, mels);
        var pixels = new byte[3L * frames * mels * zoom * zoom];
        for (var row = 0; row < mels * zoom; row++)
        {
            for (var column = 0; column < frames * zoom; column++)
            {
                var value = spectrogram[(column / zoom * mels) + (mels - 1 - (row / zoom))];
                Colour((value - low) / (high - low), pixels.AsSpan(3 * ((row * frames * zoom) + column), 3));
            }
        }

        return new RgbImage(frames * zoom, mels * zoom, pixels);
    }

    // The range of what was heard: frames that only fill up would make a quiet sound look loud.
    private static (float Low, float High) Range(ReadOnlySpan<float> spectrogram, int mels)
    {
        var heard = spectrogram;
        while (heard.Length > mels && !heard[^mels..].ContainsAnyExcept(0f))
        {
            heard = heard[..^mels];
        }

        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in heard)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        return high > low ? (low, high) : (low, low + 1);
    }

    private static void Colour(double level, Span<byte> pixel)
    {
        var place = Math.Clamp(level, 0, 1) * (scale.Length - 1);
        var from = Math.Min((int)place, scale.Length - 2);
        var (a, b, share) = (scale[from], scale[from + 1], place - from);
        pixel[0] = (byte)(a.Red + (share * (b.Red - a.Red)));
        pixel[1] = (byte)(a.Green + (share * (b.Green - a.Green)));
        pixel[2] = (byte)(a.Blue + (share * (b.Blue - a.Blue)));
    }
}
