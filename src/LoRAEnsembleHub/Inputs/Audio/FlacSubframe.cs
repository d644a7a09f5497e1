namespace LoRAEnsembleHub.Inputs;

/// <summary>Decodes one channel of a frame of FLAC.</summary>
/// <remarks>RFC 9639, section 9.2.</remarks>
internal static class FlacSubframe
{
    private const int MostBits = 33; // The side channel of 32-bit sound has one more.

    // Prediction from the samples before: order 1 to 4, the nearest first.
    private static readonly int[][] fixedWeights =
    [
        [],
        [1],
        [2, -1],
        [3, -3, 1],
        [4, -6, 4, -1],
    ];

    /// <summary>Decodes.</summary>
    /// <param name="bits">The file, at the subframe.</param>
    /// <param name="size">Bits of a sample of this channel; at most 33.</param>
    /// <param name="into">Receives the samples; as many as the block has.</param>
    /// <param name="bytes">The file, for messages.</param>
    public static void Read(FlacBits bits, int size, Span<long> into, AudioBytes bytes)
    {
        if (bits.Take(1) != 0)
        {
            throw Damaged(bytes);
        }

        var kind = (int)bits.Take(6);
        var wasted = bits.Take(1) == 0 ? 0 : bits.TakeZeros() + 1;
        if (wasted >= size)
        {
            throw Damaged(bytes);
        }

        var (shift, own) = ((int)wasted, size - (int)wasted);
        switch (kind)
        {
            case 0:
                into.Fill(bits.TakeSigned(own));
                break;
            case 1:
                Verbatim(bits, own, into);
                break;
            case >= 8 and <= 12:
                Predicted(bits, own, kind - 8, isFixed: true, into, bytes);
                break;
            case >= 32:
                Predicted(bits, own, kind - 31, isFixed: false, into, bytes);
                break;
            default:
                throw Damaged(bytes);
        }

        var limit = 1L << (own - 1);
        foreach (ref var sample in into)
        {
            if (sample < -limit || sample >= limit)
            {
                throw Damaged(bytes);
            }

            sample <<= shift;
        }
    }

    private static void Verbatim(FlacBits bits, int size, Span<long> into)
    {
        foreach (ref var sample in into)
        {
            sample = bits.TakeSigned(size);
        }
    }

    private static void Predicted(FlacBits bits, int size, int order, bool isFixed, Span<long> into, AudioBytes bytes)
    {
        if (order > into.Length)
        {
            throw Damaged(bytes);
        }

        Verbatim(bits, size, into[..order]);
        Span<int> weights = stackalloc int[order];
        var shift = 0;
        if (isFixed)
        {
            fixedWeights[order].CopyTo(weights);
        }
        else
        {
            var precision = (int)bits.Take(4) + 1;
            shift = (int)bits.TakeSigned(5);
            if (precision == 16 || shift < 0)
            {
                throw Damaged(bytes);
            }

            foreach (ref var weight in weights)
            {
                weight = (int)bits.TakeSigned(precision);
            }
        }

        Residual(bits, order, into, bytes);
        for (var i = order; i < into.Length; i++)
        {
            // Numbers that grow beyond bounds wrap round and are found when all are there.
            var sum = 0L;
            for (var j = 0; j < order; j++)
            {
                sum += weights[j] * into[i - 1 - j];
            }

            into[i] += sum >> shift;
        }
    }

    // Rice codes, section 9.2.7: partitions of equal length, each with its own parameter; the first is shorter by the order.
    private static void Residual(FlacBits bits, int order, Span<long> into, AudioBytes bytes)
    {
        var method = bits.Take(2);
        var partitions = 1 << (int)bits.Take(4);
        var length = into.Length / partitions;
        if (method > 1 || length * partitions != into.Length || length < order)
        {
            throw Damaged(bytes);
        }

        var parameterBits = method == 0 ? 4 : 5;
        for (var partition = 0; partition < partitions; partition++)
        {
            var part = into.Slice(partition * length, length)[(partition == 0 ? order : 0)..];
            var parameter = (int)bits.Take(parameterBits);
            if (parameter == (1 << parameterBits) - 1)
            {
                var plain = (int)bits.Take(5);
                foreach (ref var sample in part)
                {
                    sample = plain == 0 ? 0 : bits.TakeSigned(plain);
                }

                continue;
            }

            foreach (ref var sample in part)
            {
                var high = bits.TakeZeros();
                if (high >= 1L << (MostBits - parameter))
                {
                    throw Damaged(bytes);
                }

                var folded = (high << parameter) | bits.Take(parameter);
                sample = (folded >> 1) ^ -(folded & 1);
            }
        }
    }

    private static AudioException Damaged(AudioBytes bytes) => bytes.Malformed("A frame of FLAC is damaged. Fetch the file again.");
}
