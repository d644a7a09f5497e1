using System.Numerics;
using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Adapters;

/// <summary>Looks for NaN and infinite numbers.</summary>
internal static class FiniteNumbers
{
    // The bits of the exponent: all of them are set in NaN and the infinities, and in nothing else.
    private const int Exponent = 0x7F80_0000;

    /// <summary>Whether all numbers are finite.</summary>
    public static bool Are(ReadOnlySpan<float> numbers)
    {
        var bits = MemoryMarshal.Cast<float, int>(numbers);
        var (mask, i) = (new Vector<int>(Exponent), 0);
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (Vector.EqualsAny(new Vector<int>(bits[i..]) & mask, mask))
            {
                return false;
            }
        }

        foreach (var number in numbers[i..])
        {
            if (!float.IsFinite(number))
            {
                return false;
            }
        }

        return true;
    }
}
