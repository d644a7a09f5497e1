using System.Buffers.Binary;

namespace LoRAEnsembleHub.Inputs;

/// <summary>The metadata of a FLAC file: what its first block says; the others are passed over.</summary>
/// <remarks>RFC 9639, sections 6 and 8.1, 8.2.</remarks>
internal sealed record FlacStreamInfo
{
    private const int Bytes = 34;
    private const int LastBlock = 0x80;

    public required SoundFacts Facts { get; init; }

    /// <summary>Bits of a sample; 4 to 32.</summary>
    public required int Bits { get; init; }

    /// <summary>The largest number of samples of a frame and channel.</summary>
    public required int MaxBlock { get; init; }

    /// <summary>Samples of a channel; 0 if the encoder did not know.</summary>
    public required long Total { get; init; }

    /// <summary>The MD5 of all samples, or null if the encoder gave none.</summary>
    public required byte[]? Digest { get; init; }

    /// <summary>Reads from the signature to the first frame.</summary>
    public static FlacStreamInfo Read(AudioBytes bytes)
    {
        const string What = "the metadata of FLAC";
        Span<byte> signature = stackalloc byte[4];
        bytes.ReadExactly(signature, What);
        Span<byte> header = stackalloc byte[4];
        bytes.ReadExactly(header, What);
        Span<byte> content = stackalloc byte[Bytes];
        if ((header[0] & ~LastBlock) != 0 || Size(header) != Bytes)
        {
            throw bytes.Malformed("The FLAC file does not begin with its stream information; it is damaged.");
        }

        bytes.ReadExactly(content, What);
        while ((header[0] & LastBlock) == 0)
        {
            bytes.ReadExactly(header, What);
            bytes.Skip(Size(header), What);
        }

        return Read(content, bytes);
    }

    private static int Size(ReadOnlySpan<byte> header) => (int)BinaryPrimitives.ReadUInt32BigEndian(header) & 0xFFFFFF;

    private static FlacStreamInfo Read(ReadOnlySpan<byte> content, AudioBytes bytes)
    {
        // 20 bits of rate, 3 of channels − 1, 5 of bits − 1 and 36 of samples.
        var packed = BinaryPrimitives.ReadUInt64BigEndian(content[10..]);
        var bits = (int)((packed >> 36) & 31) + 1;
        var (least, most) = (BinaryPrimitives.ReadUInt16BigEndian(content), BinaryPrimitives.ReadUInt16BigEndian(content[2..]));
        if (bits < 4 || least > most || most < 16)
        {
            throw bytes.Malformed(
                $"The stream information of FLAC gives {bits} bits a sample and blocks of {least} to {most}; it is damaged."
            );
        }

        return new FlacStreamInfo
        {
            Facts = SoundFacts.Checked(bytes, $"FLAC, {bits}-bit", (int)((packed >> 41) & 7) + 1, (long)(packed >> 44)),
            Bits = bits,
            MaxBlock = most,
            Total = (long)(packed & 0xFFFFFFFFF),
            Digest = content[18..].ContainsAnyExcept((byte)0) ? content[18..].ToArray() : null,
        };
    }
}
