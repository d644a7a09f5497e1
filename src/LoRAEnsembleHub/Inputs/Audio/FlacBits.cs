namespace LoRAEnsembleHub.Inputs;

/// <summary>The bits of a FLAC file from the high end of each byte on, with the checksums of what was taken.</summary>
/// <remarks>RFC 9639: numbers are big-endian; checksums in 9.1.8 (x^8 + x^2 + x + 1) and 9.3 (x^16 + x^15 + x^2 + 1).</remarks>
internal sealed class FlacBits(AudioBytes bytes)
{
    private static readonly byte[] checksums8 = [.. Enumerable.Range(0, 256).Select(i => (byte)Divided(i, 8, 0x07))];
    private static readonly ushort[] checksums16 = [.. Enumerable.Range(0, 256).Select(i => (ushort)Divided(i << 8, 16, 0x8005))];

    private ulong held;
    private int count; // Bits in held; below 8 between calls, so no byte is taken before it is needed.

    /// <summary>Checksum of the bytes since <see cref="ClearChecksums"/>, for headers of frames.</summary>
    public byte Checksum8 { get; private set; }

    /// <summary>Checksum of the bytes since <see cref="ClearChecksums"/>, for whole frames.</summary>
    public ushort Checksum16 { get; private set; }

    public void ClearChecksums() => (Checksum8, Checksum16) = (0, 0);

    /// <summary>Takes a number without sign.</summary>
    /// <param name="bits">0 to 36.</param>
    public long Take(int bits)
    {
        while (count < bits)
        {
            held = (held << 8) | TakeByte();
            count += 8;
        }

        count -= bits;
        var value = held >> count;
        held &= (1UL << count) - 1;
        return (long)value;
    }

    /// <summary>Takes a number in two's complement.</summary>
    /// <param name="bits">1 to 33.</param>
    public long TakeSigned(int bits) => Take(bits) << (64 - bits) >> (64 - bits);

    /// <summary>Takes zeros and the one behind them, and gives the number of zeros.</summary>
    public long TakeZeros()
    {
        var zeros = 0L;
        while (held == 0)
        {
            zeros += count;
            (held, count) = (TakeByte(), 8);
        }

        var before = System.Numerics.BitOperations.LeadingZeroCount(held) - (64 - count);
        count -= before + 1;
        held &= (1UL << count) - 1;
        return zeros + before;
    }

    /// <summary>Drops what is left of the byte and says whether it was all zeros, as it must be.</summary>
    public bool TakePadding()
    {
        var isZero = held == 0;
        (held, count) = (0, 0);
        return isZero;
    }

    private byte TakeByte()
    {
        var value = bytes.ReadByte();
        if (value < 0)
        {
            throw bytes.CutOff("a frame of FLAC");
        }

        Checksum8 = checksums8[Checksum8 ^ value];
        Checksum16 = (ushort)((Checksum16 << 8) ^ checksums16[(Checksum16 >> 8) ^ value]);
        return (byte)value;
    }

    private static int Divided(int value, int width, int polynomial)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value << 1) ^ (((value >> (width - 1)) & 1) * polynomial);
        }

        return value & ((1 << width) - 1);
    }
}
