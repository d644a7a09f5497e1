namespace LoRAEnsembleHub.Training;

/// <summary>A small stream of random numbers that is the same on every machine and can be entered anywhere.</summary>
/// <remarks>
/// SplitMix64 (Steele, Lea and Flood 2014). A stream is named by a seed and any number of indices (epoch, example, member …), so work
/// done in parallel or resumed after a stop draws the same numbers without replaying what came before.
/// </remarks>
internal struct SeededRandom
{
    private ulong state;

    /// <summary>Enters the stream named by the seed and the indices.</summary>
    /// <param name="seed">Any 64-bit number.</param>
    /// <param name="indices">What the numbers are for; another list is another stream.</param>
    public SeededRandom(long seed, params ReadOnlySpan<long> indices)
    {
        state = Mix(unchecked((ulong)seed + 0x9E3779B97F4A7C15UL));
        foreach (var index in indices)
        {
            state = Mix(unchecked((state ^ (ulong)index) + 0x9E3779B97F4A7C15UL));
        }
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64() => Mix(state = unchecked(state + 0x9E3779B97F4A7C15UL));

    /// <summary>The next number in [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next number in [low, high).</summary>
    public double NextUniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>The next whole number in [0, bound), every one equally likely.</summary>
    /// <param name="bound">1 or more.</param>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var limit = ulong.MaxValue - (ulong.MaxValue % (ulong)bound);
        ulong drawn;
        do
        {
            drawn = NextUInt64();
        } while (drawn >= limit);
        return (int)(drawn % (ulong)bound);
    }

    /// <summary>The next draw from the normal distribution with mean 0 and standard deviation 1.</summary>
    /// <remarks>Box and Muller 1958; the second number of each pair is not kept, so a stream holds no hidden state.</remarks>
    public double NextGaussian() => Math.Sqrt(-2.0 * Math.Log(1.0 - NextDouble())) * Math.Cos(2.0 * Math.PI * NextDouble());

    /// <summary>A random order of the numbers 0 … count − 1.</summary>
    /// <remarks>Fisher and Yates, from the end.</remarks>
    public int[] NextPermutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        for (var i = count - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
