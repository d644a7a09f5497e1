using System.Buffers.Binary;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>Writes small OGG streams by hand.</summary>
internal static class OggPages
{
    /// <summary>A stream with one packet a page, each shorter than 255 bytes.</summary>
    public static byte[] Write(params byte[][] packets)
    {
        var file = new List<byte>();
        for (var i = 0; i < packets.Length; i++)
        {
            var flags = (i == 0 ? 2 : 0) | (i == packets.Length - 1 ? 4 : 0);
            byte[] page =
            [
                .. "OggS"u8,
                0,
                (byte)flags,
                .. new byte[12],
                .. Sounds.Four(i),
                .. new byte[4],
                1,
                (byte)packets[i].Length,
                .. packets[i],
            ];
            Seal(page);
            file.AddRange(page);
        }

        return [.. file];
    }

    /// <summary>Writes the checksum of the page that fills the span.</summary>
    public static void Seal(Span<byte> page)
    {
        page[22..26].Clear();
        var sum = 0u;
        foreach (var one in page)
        {
            sum ^= (uint)one << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum << 1) ^ ((sum >> 31) * 0x04C11DB7);
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(page[22..], sum);
    }
}
