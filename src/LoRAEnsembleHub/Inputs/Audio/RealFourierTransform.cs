using System.Numerics;

namespace LoRAEnsembleHub.Inputs;

/// <summary>The discrete Fourier transform of real numbers in double precision; a power of two of them.</summary>
/// <remarks>
/// Even and odd samples go as real and imaginary part through a complex transform of half the length (Cooley and Tukey 1965, in place),
/// whose result is then taken apart. Holds only tables: one transform may be used by many threads.
/// </remarks>
internal sealed class RealFourierTransform
{
    private readonly int half;
    private readonly int[] order;
    private readonly Complex[] turns; // e^(−2πik/n) for k below n / 2

    /// <summary>A transform.</summary>
    /// <param name="length">How many real numbers; a power of two, 4 or more.</param>
    public RealFourierTransform(int length)
    {
        if (length < 4 || !BitOperations.IsPow2(length))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "The length must be a power of two, 4 or more.");
        }

        half = length / 2;
        turns = new Complex[half];
        order = new int[half];
        for (var k = 0; k < half; k++)
        {
            var (sine, cosine) = Math.SinCos(-2 * Math.PI * k / length);
            turns[k] = new Complex(cosine, sine);
            order[k] = k == 0 ? 0 : (order[k / 2] / 2) | ((k & 1) == 0 ? 0 : half / 2);
        }
    }

    /// <summary>Numbers that a transform gives: half the length and one.</summary>
    public int Bins => half + 1;

    /// <summary>Transforms.</summary>
    /// <param name="samples">The real numbers.</param>
    /// <param name="into">Receives frequencies 0 to half the length; <see cref="Bins"/> of them.</param>
    public void Forward(ReadOnlySpan<double> samples, Span<Complex> into)
    {
        for (var k = 0; k < half; k++)
        {
            var i = 2 * order[k];
            into[k] = new Complex(samples[i], samples[i + 1]);
        }

        HalfTransform(into[..half]);
        into[half] = into[0];
        for (int low = 0, high = half; low <= high; low++, high--)
        {
            // With Z the transform of even + i · odd: even = (Z(k) + Z*(−k)) / 2 and odd = (Z(k) − Z*(−k)) / 2i.
            var (one, two) = (into[low], Complex.Conjugate(into[high]));
            var (even, odd) = ((one + two) * 0.5, (one - two) * new Complex(0, -0.5));
            var turned = odd * turns[low];
            into[low] = even + turned;
            into[high] = Complex.Conjugate(even - turned);
        }
    }

    private void HalfTransform(Span<Complex> values)
    {
        for (var size = 2; size <= half; size *= 2)
        {
            var (reach, step) = (size / 2, 2 * half / size);
            for (var start = 0; start < half; start += size)
            {
                for (var k = 0; k < reach; k++)
                {
                    var (one, two) = (values[start + k], values[start + k + reach] * turns[k * step]);
                    (values[start + k], values[start + k + reach]) = (one + two, one - two);
                }
            }
        }
    }
}
