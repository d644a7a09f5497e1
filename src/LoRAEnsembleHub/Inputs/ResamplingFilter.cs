namespace LoRAEnsembleHub.Inputs;

/// <summary>The kernels of Pillow's filters, over the distance from the centre in source pixels.</summary>
internal static class ResamplingFilter
{
    // Single-precision constants in Pillow's source; written as doubles they would give other weights.
    private const double HammingBase = 0.54f;
    private const double HammingSwing = 0.46f;

    /// <summary>Distance beyond which the kernel is zero.</summary>
    public static double Support(PillowFilter filter) =>
        filter switch
        {
            PillowFilter.Box => 0.5,
            PillowFilter.Bilinear or PillowFilter.Hamming => 1.0,
            PillowFilter.Bicubic => 2.0,
            PillowFilter.Lanczos => 3.0,
            _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "This filter has no kernel."),
        };

    public static double Value(PillowFilter filter, double x) =>
        filter switch
        {
            PillowFilter.Box => x is > -0.5 and <= 0.5 ? 1.0 : 0.0,
            PillowFilter.Bilinear => Math.Max(0.0, 1.0 - Math.Abs(x)),
            PillowFilter.Hamming => Hamming(Math.Abs(x)),
            PillowFilter.Bicubic => Bicubic(Math.Abs(x)),
            PillowFilter.Lanczos => x is >= -3.0 and < 3.0 ? Sinc(x) * Sinc(x / 3) : 0.0,
            _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "This filter has no kernel."),
        };

    private static double Hamming(double x)
    {
        if (x == 0.0)
        {
            return 1.0;
        }

        var angle = x * Math.PI;
        return x >= 1.0 ? 0.0 : Math.Sin(angle) / angle * (HammingBase + (HammingSwing * Math.Cos(angle)));
    }

    // Keys 1981, equation 15, with a = −0.5; in the order of operations that Pillow uses, for the last bit's sake.
    private static double Bicubic(double x)
    {
        const double a = -0.5;
        return x < 1.0 ? ((((a + 2.0) * x) - (a + 3.0)) * x * x) + 1
            : x < 2.0 ? ((((x - 5) * x) + 8) * x - 4) * a
            : 0.0;
    }

    private static double Sinc(double x) => x == 0.0 ? 1.0 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
