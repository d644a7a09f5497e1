using System.Numerics;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Changes the sampling rate with a sinc filter in a Kaiser window; <see cref="AudioDecoder"/> describes the filter.</summary>
/// <remarks>
/// Output sample k lies at k · from / to of the input, so there are to / gcd phases, each with its own weights; Crochiere and Rabiner 1983,
/// chapter 2. Attenuation, width and beta of the window are Kaiser's formulas: beta = 0.1102 · (100 − 8.7), and a transition of
/// (100 − 7.95) / (2.285 · 256) = 0.05 π. The weights of each phase are scaled to sum to 1, so a constant stays that constant.
/// </remarks>
internal sealed class RationalResampler
{
    private const double Beta = 0.1102 * (100 - 8.7);
    private const double Cutoff = 0.975; // Of the lower Nyquist frequency; the transition takes 0.025 on either side.
    private const int HalfWidth = 128; // In samples of the lower rate.
    private const int PerSample = 4096; // Places where the filter is tabulated in a sample of the lower rate.
    private const long MostKeptWeights = 1 << 22;

    // One half of the symmetric filter, up to a factor; between places a straight line is within 3e-8 of its peak. At its end it is 0.
    private static readonly Lazy<double[]> filter = new(MakeFilter);

    private readonly int from;
    private readonly int to;
    private readonly double scale;
    private readonly int reach;
    private readonly double[]?[]? phases;

    /// <summary>A resampler between two rates.</summary>
    /// <param name="fromHz">1 or more.</param>
    /// <param name="toHz">1 or more.</param>
    public RationalResampler(int fromHz, int toHz)
    {
        var divisor = (int)BigInteger.GreatestCommonDivisor(fromHz, toHz);
        (from, to) = (fromHz / divisor, toHz / divisor);
        scale = Math.Min(1.0, (double)to / from);
        reach = (int)Math.Ceiling(HalfWidth / scale);
        // Rates without a common divisor have so many phases that none comes twice in a short sound.
        phases = 2L * reach * to <= MostKeptWeights ? new double[]?[to] : null;
    }

    /// <summary>Samples that n input samples become: ceil(n · to / from).</summary>
    public long OutputLength(long inputs) => (long)(((Int128)inputs * to + from - 1) / from);

    /// <summary>How many input samples the first outputs depend on; what lies behind them has no weight.</summary>
    public long InputFor(long outputs) => (long)((Int128)(outputs - 1) * from / to) + reach + 1;

    /// <summary>Resamples.</summary>
    /// <param name="samples">The input, with silence before and behind.</param>
    /// <param name="count">How many outputs, from the first; at most <see cref="OutputLength"/>.</param>
    public float[] Resample(ReadOnlySpan<float> samples, int count)
    {
        var padded = new double[samples.Length + (2 * reach)];
        for (var i = 0; i < samples.Length; i++)
        {
            padded[reach + i] = samples[i];
        }

        var result = new float[count];
        var fresh = new double[2 * reach];
        for (var k = 0; k < count; k++)
        {
            var (place, phase) = Math.DivRem((long)k * from, to);
            // The first weight belongs to input place − reach + 1.
            result[k] = (float)Product(Weights((int)phase, fresh), padded.AsSpan((int)place + 1, 2 * reach));
        }

        return result;
    }

    private double[] Weights(int phase, double[] fresh)
    {
        if (phases is null)
        {
            Fill(phase, fresh);
            return fresh;
        }

        if (phases[phase] is not { } kept)
        {
            Fill(phase, kept = phases[phase] = new double[2 * reach]);
        }

        return kept;
    }

    private void Fill(int phase, double[] weights)
    {
        var (table, fraction, sum) = (filter.Value, (double)phase / to, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            var place = Math.Abs(i - reach + 1 - fraction) * scale * PerSample;
            var whole = Math.Min((int)place, table.Length - 2);
            weights[i] = table[whole] + (Math.Min(place - whole, 1.0) * (table[whole + 1] - table[whole]));
            sum += weights[i];
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= sum;
        }
    }

    private static double[] MakeFilter()
    {
        var table = new double[(HalfWidth * PerSample) + 1];
        for (var i = 0; i < table.Length - 1; i++)
        {
            var offset = (double)i / PerSample;
            var (angle, part) = (Math.PI * Cutoff * offset, offset / HalfWidth);
            table[i] = (i == 0 ? 1.0 : Math.Sin(angle) / angle) * Bessel(Beta * Math.Sqrt(1 - (part * part)));
        }

        return table;
    }

    // The modified Bessel function of order 0, by its power series.
    private static double Bessel(double x)
    {
        var (term, sum, quarter) = (1.0, 1.0, x * x / 4);
        for (var n = 1; term > sum * 1e-17; n++)
        {
            term *= quarter / ((double)n * n);
            sum += term;
        }

        return sum;
    }

    private static double Product(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sums = Vector<double>.Zero;
        var i = 0;
        for (; i <= left.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            sums += new Vector<double>(left[i..]) * new Vector<double>(right[i..]);
        }

        var sum = Vector.Sum(sums);
        for (; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
