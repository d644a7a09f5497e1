using System.Buffers.Binary;

namespace LoRAEnsembleHub.Inputs;

/// <summary>One page of an OGG file, its checksum proved.</summary>
/// <remarks>RFC 3533, section 6.</remarks>
internal sealed class OggPage
{
    private const int HeaderBytes = 27;
    private static readonly uint[] checksums = MakeChecksums();

    /// <summary>The page goes on with a packet that began on the page before.</summary>
    public bool IsContinued { get; private init; }

    /// <summary>The page is the last of its stream.</summary>
    public bool IsLast { get; private init; }

    /// <summary>Samples up to the end of the last packet that ends here, or −1 where none does.</summary>
    public long Position { get; private init; }

    public uint Stream { get; private init; }

    public uint Number { get; private init; }

    /// <summary>Sizes of the pieces of packets; a piece of 255 bytes is followed by another of the same packet.</summary>
    public required byte[] Pieces { get; init; }

    public required byte[] Content { get; init; }

    /// <summary>Reads a page.</summary>
    /// <returns>The page, or null at the end of the file.</returns>
    public static OggPage? Read(AudioBytes bytes)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        var got = bytes.Read(header);
        if (got == 0)
        {
            return null;
        }

        if (!header[..Math.Min(got, 4)].SequenceEqual("OggS"u8[..Math.Min(got, 4)]))
        {
            throw bytes.Malformed("Something that is no OGG page stands between the pages; the file is damaged. Fetch it again.");
        }

        if (got < HeaderBytes)
        {
            throw bytes.CutOff("the header of an OGG page");
        }

        var number = BinaryPrimitives.ReadUInt32LittleEndian(header[18..]);
        if (header[4] != 0)
        {
            throw bytes.Unsupported($"OGG page {number} is of version {header[4]}, not 0");
        }

        var pieces = new byte[header[26]];
        bytes.ReadExactly(pieces, $"OGG page {number}");
        var content = new byte[pieces.Sum(size => size)]; // At most 255 · 255.
        bytes.ReadExactly(content, $"OGG page {number}");
        var promised = BinaryPrimitives.ReadUInt32LittleEndian(header[22..]);
        header[22..26].Clear();
        return Checksum(content, Checksum(pieces, Checksum(header, 0))) == promised
            ? new OggPage
            {
                IsContinued = (header[5] & 1) != 0,
                IsLast = (header[5] & 4) != 0,
                Position = BinaryPrimitives.ReadInt64LittleEndian(header[6..]),
                Stream = BinaryPrimitives.ReadUInt32LittleEndian(header[14..]),
                Number = number,
                Pieces = pieces,
                Content = content,
            }
            : throw bytes.Malformed($"The checksum of OGG page {number} is wrong; the file is damaged. Fetch it again.");
    }

    private static uint Checksum(ReadOnlySpan<byte> content, uint sum)
    {
        foreach (var one in content)
        {
            sum = (sum << 8) ^ checksums[(sum >> 24) ^ one];
        }

        return sum;
    }

    private static uint[] MakeChecksums()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            table[i] = i << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                table[i] = (table[i] << 1) ^ ((table[i] >> 31) * 0x04C11DB7);
            }
        }

        return table;
    }
}
