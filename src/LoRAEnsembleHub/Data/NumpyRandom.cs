using System.Numerics;

namespace LoRAEnsembleHub.Data;

/// <summary>The numbers of NumPy's <c>RandomState</c>, for data sets that were divided with it.</summary>
/// <remarks>MT19937 of Matsumoto and Nishimura 1998, seeded by one 32-bit number; whole numbers by masking and drawing again.</remarks>
internal sealed class NumpyRandom
{
    private const int Length = 624;
    private const int Middle = 397;

    private readonly uint[] state = new uint[Length];
    private int next = Length;

    internal NumpyRandom(uint seed)
    {
        for (var place = 0; place < Length; place++)
        {
            state[place] = seed;
            seed = unchecked((1_812_433_253U * (seed ^ (seed >> 30))) + (uint)place + 1);
        }
    }

    /// <summary>A random order of the numbers 0 … count − 1, as <c>RandomState.permutation</c>.</summary>
    internal int[] NextPermutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var last = count - 1; last > 0; last--)
        {
            var other = NextAtMost((uint)last);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }

    private uint NextAtMost(uint largest)
    {
        var mask = uint.MaxValue >> BitOperations.LeadingZeroCount(largest);
        uint drawn;
        do
        {
            drawn = NextUInt32() & mask;
        } while (drawn > largest);
        return drawn;
    }

    private uint NextUInt32()
    {
        if (next == Length)
        {
            Twist();
            next = 0;
        }

        var bits = state[next++];
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9D2C_5680U;
        bits ^= (bits << 15) & 0xEFC6_0000U;
        return bits ^ (bits >> 18);
    }

    private void Twist()
    {
        for (var place = 0; place < Length; place++)
        {
            var joined = (state[place] & 0x8000_0000U) | (state[(place + 1) % Length] & 0x7FFF_FFFFU);
            state[place] = state[(place + Middle) % Length] ^ (joined >> 1) ^ ((joined & 1) * 0x9908_B0DFU);
        }
    }
}
