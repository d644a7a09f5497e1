namespace LoRAEnsembleHub.Evaluation;

/// <summary>A stream of random numbers, named by a seed and indices, the same on every machine.</summary>
/// <remarks>SplitMix64; Steele, Lea and Flood 2014. Another list of indices is another stream, so draws do not depend on who drew before.</remarks>
internal struct SeededDraws
{
    private const ulong Step = 0x9E3779B97F4A7C15UL;
    private ulong state;

    internal SeededDraws(long seed, params ReadOnlySpan<long> indices)
    {
        state = Mix(unchecked((ulong)seed + Step));
        foreach (var index in indices)
        {
            state = Mix(unchecked((state ^ (ulong)index) + Step));
        }
    }

    /// <summary>64 random bits.</summary>
    internal ulong Bits() => Mix(state = unchecked(state + Step));

    /// <summary>A number in [0, 1).</summary>
    internal double Share() => (Bits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number in [0, bound), every one equally likely.</summary>
    /// <remarks>Lemire 2019, arXiv 1805.10941: the high half of a product, drawn again where it would favour a number.</remarks>
    internal int Below(int bound)
    {
        var high = Math.BigMul(Bits(), (ulong)bound, out var low);
        if (low < (ulong)bound)
        {
            var unfair = unchecked(0UL - (ulong)bound) % (ulong)bound;
            while (low < unfair)
            {
                high = Math.BigMul(Bits(), (ulong)bound, out low);
            }
        }

        return (int)high;
    }

    /// <summary>Draws numbers without putting them back.</summary>
    /// <param name="bound">Drawn are numbers in [0, bound).</param>
    /// <param name="count">How many; 0 … bound.</param>
    /// <returns>All numbers, those drawn first in the order of the draws.</returns>
    internal int[] Without(int bound, int count)
    {
        var order = Enumerable.Range(0, bound).ToArray();
        for (var at = 0; at < count; at++)
        {
            var other = at + Below(bound - at);
            (order[at], order[other]) = (order[other], order[at]);
        }

        return order;
    }

    private static ulong Mix(ulong bits)
    {
        unchecked
        {
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
            return bits ^ (bits >> 31);
        }
    }
}
