namespace LoRAEnsembleHub.Inputs;

/// <summary>Which source pixels make each target pixel along one axis, and with what weight.</summary>
/// <remarks>Pillow's precompute_coeffs and normalize_coeffs_8bpc: weights are computed in double precision and kept as integers.</remarks>
internal sealed class ResamplingWeights
{
    /// <summary>Bits behind the point of an integer weight: 32 less 8 for the pixel and 2 for overshoot.</summary>
    public const int FractionBits = 22;

    private readonly int[] weights;
    private readonly int[] starts;
    private readonly int[] counts;
    private readonly int stride;

    private ResamplingWeights(int targets, int stride)
    {
        this.stride = stride;
        weights = new int[targets * stride];
        starts = new int[targets];
        counts = new int[targets];
    }

    /// <summary>Pixels along the axis afterwards.</summary>
    public int Targets => starts.Length;

    /// <summary>The first source pixel of a target.</summary>
    public int Start(int target) => starts[target];

    /// <summary>The weights of the source pixels from <see cref="Start"/> on; one or more, summing to about 2^22.</summary>
    public ReadOnlySpan<int> Of(int target) => weights.AsSpan(target * stride, counts[target]);

    public static ResamplingWeights Compute(int before, int after, PillowFilter filter)
    {
        var scale = (double)(float)before / after; // the size passes through a float in Pillow
        var filterScale = Math.Max(scale, 1.0);
        var reach = ResamplingFilter.Support(filter) * filterScale;
        var stride = Math.Min(((int)Math.Ceiling(reach) * 2) + 1, before);
        var inverse = 1.0 / filterScale;
        var result = new ResamplingWeights(after, stride);
        var row = new double[stride];
        for (var target = 0; target < after; target++)
        {
            var centre = (target + 0.5) * scale;
            var start = Math.Max(0, (int)(centre - reach + 0.5));
            var count = Math.Min(before, (int)(centre + reach + 0.5)) - start;
            var sum = 0.0;
            for (var i = 0; i < count; i++)
            {
                row[i] = ResamplingFilter.Value(filter, (i + start - centre + 0.5) * inverse);
                sum += row[i];
            }

            var integers = result.weights.AsSpan(target * stride, count);
            for (var i = 0; i < count; i++)
            {
                var weight = sum == 0.0 ? row[i] : row[i] / sum;
                integers[i] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << FractionBits)));
            }

            (result.starts[target], result.counts[target]) = (start, count);
        }

        return result;
    }
}
