using System.Buffers.Binary;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>Writes FLAC by hand, bit by bit, for what an encoder does not care to write.</summary>
internal sealed class FlacWriter
{
    private readonly List<bool> bits = [];

    public static byte[] File(int bitsPerSample, int channels, int total, params byte[][] frames)
    {
        var packed = (16_000UL << 44) | ((ulong)(channels - 1) << 41) | ((ulong)(bitsPerSample - 1) << 36) | (uint)total;
        var eight = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(eight, packed);
        byte[] info = [0, 16, 16, 0, 0, 0, 0, 0, 0, 0, .. eight, .. new byte[16]];
        return [.. "fLaC"u8, 0x80, 0, 0, 34, .. info, .. frames.SelectMany(frame => frame)];
    }

    /// <summary>The header of a frame of up to 256 samples, sizes taken from the stream.</summary>
    public static FlacWriter Frame(int block, int channels, int number = 0, bool isNumberOfSample = false)
    {
        var writer = new FlacWriter()
            .Put(0b111111111111100, 15)
            .Put(isNumberOfSample ? 1 : 0, 1)
            .Put(6, 4)
            .Put(0, 4)
            .Put(channels, 4)
            .Put(0, 4)
            .Put(number, 8)
            .Put(block - 1, 8);
        return writer.Put(Remainder(writer.Bytes(), 8, 0x07), 8);
    }

    public FlacWriter Put(long value, int count)
    {
        for (var bit = count - 1; bit >= 0; bit--)
        {
            bits.Add(((value >> bit) & 1) != 0);
        }

        return this;
    }

    public FlacWriter Put(IEnumerable<long> values, int count) => values.Aggregate(this, (writer, value) => writer.Put(value, count));

    public FlacWriter Zeros(int count) => Put(0, count).Put(1, 1);

    /// <summary>The whole frame with its checksum.</summary>
    public byte[] End()
    {
        var content = Bytes();
        var sum = Remainder(content, 16, 0x8005);
        return [.. content, (byte)(sum >> 8), (byte)sum];
    }

    private byte[] Bytes() => [.. bits.Chunk(8).Select(eight => (byte)eight.Select((bit, place) => bit ? 0x80 >> place : 0).Sum())];

    private static int Remainder(byte[] content, int width, int polynomial)
    {
        var sum = 0;
        foreach (var one in content)
        {
            sum ^= one << (width - 8);
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum << 1) ^ (((sum >> (width - 1)) & 1) * polynomial);
            }
        }

        return sum & ((1 << width) - 1);
    }
}
