using System.Buffers.Binary;
using System.Numerics;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Proves the headers of a Vorbis stream before a decoder makes room for what they claim.</summary>
/// <remarks>Vorbis I specification, 4.2.2 (identification) and 3.2.1 (codebooks). Bits are taken from the low end of each byte.</remarks>
internal ref struct VorbisSetup
{
    // What encoders write stays below a hundredth of this.
    private const long MostEntries = 1 << 20;
    private const long MostValues = 1 << 22;

    private readonly ReadOnlySpan<byte> packet;
    private readonly AudioBytes bytes;
    private long next;

    private VorbisSetup(ReadOnlySpan<byte> packet, AudioBytes bytes)
    {
        this.packet = packet;
        this.bytes = bytes;
    }

    /// <summary>Reads the first packet.</summary>
    public static SoundFacts Identify(ReadOnlySpan<byte> packet, AudioBytes bytes)
    {
        if (!packet.StartsWith("\u0001vorbis"u8))
        {
            throw bytes.Unsupported(
                packet.StartsWith("OpusHead"u8) ? "The OGG stream is coded as Opus"
                : packet.StartsWith("\u007FFLAC"u8) ? "The OGG stream is coded as FLAC"
                : packet.StartsWith("Speex   "u8) ? "The OGG stream is coded as Speex"
                : packet.StartsWith("\u0080theora"u8) ? "The OGG stream is a Theora film"
                : "The OGG stream is not coded as Vorbis"
            );
        }

        if (packet.Length < 30 || BinaryPrimitives.ReadUInt32LittleEndian(packet[7..]) != 0 || (packet[29] & 1) == 0)
        {
            throw bytes.Malformed("The identification header of the Vorbis stream is damaged. Fetch the file again.");
        }

        var (small, large) = (packet[28] & 15, packet[28] >> 4);
        return small < 6 || large > 13 || small > large
            ? throw bytes.Malformed(
                $"The Vorbis stream has blocks of 2^{small} and 2^{large} samples; they must be 2^6 to 2^13 and in order."
            )
            : SoundFacts.Checked(bytes, "OGG Vorbis", packet[11], BinaryPrimitives.ReadUInt32LittleEndian(packet[12..]));
    }

    /// <summary>Walks through the codebooks of the third packet.</summary>
    public static void Check(ReadOnlySpan<byte> packet, AudioBytes bytes)
    {
        if (!packet.StartsWith("\u0005vorbis"u8))
        {
            throw bytes.Malformed("The third packet of the Vorbis stream is no setup header; the file is damaged.");
        }

        var setup = new VorbisSetup(packet[7..], bytes);
        var (entries, values) = (0L, 0L);
        for (var books = setup.Take(8) + 1; books > 0; books--)
        {
            var (bookEntries, bookDimensions) = setup.TakeCodebook();
            entries += bookEntries;
            values += bookEntries * bookDimensions;
            if (entries > MostEntries || values > MostValues)
            {
                throw bytes.Malformed(
                    $"The codebooks of the Vorbis stream claim {entries} entries of {values} values; at most {MostEntries} and {MostValues} are read."
                );
            }
        }
    }

    private (long Entries, long Dimensions) TakeCodebook()
    {
        if (Take(24) != 0x564342)
        {
            throw Damaged();
        }

        var (dimensions, entries) = (Take(16), Take(24));
        if (dimensions == 0 || entries == 0)
        {
            throw Damaged();
        }

        var isOrdered = Take(1) == 1;
        if (isOrdered)
        {
            TakeOrderedLengths(entries);
        }
        else
        {
            var isSparse = Take(1) == 1;
            for (var entry = 0L; entry < entries; entry++)
            {
                if (!isSparse || Take(1) == 1)
                {
                    Take(5);
                }
            }
        }

        TakeLookup(dimensions, entries);
        return (entries, dimensions);
    }

    private void TakeOrderedLengths(long entries)
    {
        var length = Take(5) + 1;
        for (var entry = 0L; entry < entries; length++)
        {
            entry += Take(BitOperations.Log2((uint)(entries - entry)) + 1);
            if (length > 32 || entry > entries)
            {
                throw Damaged();
            }
        }
    }

    private void TakeLookup(long dimensions, long entries)
    {
        var kind = Take(4);
        if (kind == 0)
        {
            return;
        }

        Skip(64); // The least value and the step.
        var bits = Take(4) + 1;
        Skip(1);
        Skip(
            bits
                * kind switch
                {
                    1 => Root(entries, dimensions),
                    2 => entries * dimensions,
                    _ => throw Damaged(),
                }
        );
    }

    /// <summary>The largest whole number whose power is at most a value.</summary>
    private static long Root(long value, long power)
    {
        var root = 1L;
        while (PowerIsAtMost(root + 1, power, value))
        {
            root++;
        }

        return root;
    }

    private static bool PowerIsAtMost(long root, long power, long value)
    {
        var product = 1L;
        for (; power > 0 && product <= value; power--)
        {
            product *= root;
        }

        return product <= value;
    }

    private long Take(int count)
    {
        Skip(count);
        var value = 0L;
        for (var bit = 0; bit < count; bit++)
        {
            var place = next - count + bit;
            value |= (long)((packet[(int)(place / 8)] >> (int)(place % 8)) & 1) << bit;
        }

        return value;
    }

    private void Skip(long count)
    {
        if (count > (packet.Length * 8L) - next)
        {
            throw Damaged();
        }

        next += count;
    }

    private readonly AudioException Damaged() => bytes.Malformed("The codebooks of the Vorbis stream are damaged. Fetch the file again.");
}
