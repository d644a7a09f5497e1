using System.Buffers.Binary;

namespace LoRAEnsembleHub.Inputs;

/// <summary>The fmt chunk of a WAV file.</summary>
/// <remarks>Microsoft, WAVEFORMATEX and WAVEFORMATEXTENSIBLE; the codecs' numbers are those of RFC 2361.</remarks>
internal sealed record WavFormat
{
    /// <summary>Bytes of the chunk that mean something here: WAVEFORMATEXTENSIBLE.</summary>
    public const int MostBytes = 40;

    private const int LeastBytes = 16;
    private const int Integer = 1;
    private const int Float = 3;
    private const int Extensible = 0xFFFE;

    // What follows the codec's number in the subformat of an extensible file.
    private static ReadOnlySpan<byte> SubformatTail => [0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    public required SoundFacts Facts { get; init; }

    public required WavEncoding Encoding { get; init; }

    /// <summary>Reads the chunk.</summary>
    /// <param name="chunk">Its first <see cref="MostBytes"/> bytes, or all if there are fewer.</param>
    /// <param name="bytes">The file, for messages.</param>
    public static WavFormat Read(ReadOnlySpan<byte> chunk, AudioBytes bytes)
    {
        if (chunk.Length < LeastBytes)
        {
            throw bytes.Malformed($"The fmt chunk has {chunk.Length} bytes; it needs {LeastBytes} or more.");
        }

        var codec = (long)BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        var stride = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        if (codec == Extensible)
        {
            codec = Subformat(chunk, bits, bytes);
        }

        var (encoding, words) = (codec, bits) switch
        {
            (Integer, 8) => (WavEncoding.Unsigned8, "8-bit integer"),
            (Integer, 16) => (WavEncoding.Signed16, "16-bit integer"),
            (Integer, 24) => (WavEncoding.Signed24, "24-bit integer"),
            (Integer, 32) => (WavEncoding.Signed32, "32-bit integer"),
            (Float, 32) => (WavEncoding.Float32, "32-bit float"),
            (Float, 64) => (WavEncoding.Float64, "64-bit float"),
            (Integer, _) => throw bytes.Unsupported($"The samples are {bits}-bit integers"),
            (Float, _) => throw bytes.Unsupported($"The samples are {bits}-bit floating-point numbers"),
            _ => throw bytes.Unsupported($"The samples are coded as {CodecName(codec)}"),
        };
        var facts = SoundFacts.Checked(bytes, $"WAV, {words}", channels, rate);
        var needed = channels * encoding.ByteCount();
        return stride == needed
            ? new WavFormat { Facts = facts, Encoding = encoding }
            : throw bytes.Malformed(
                $"The fmt chunk gives {stride} bytes for the samples of one moment; {channels} channels of {bits} bits need {needed}."
            );
    }

    private static long Subformat(ReadOnlySpan<byte> chunk, int bits, AudioBytes bytes)
    {
        if (chunk.Length < MostBytes)
        {
            throw bytes.Malformed($"The fmt chunk is of the extensible kind and has {chunk.Length} bytes; it needs {MostBytes}.");
        }

        // Fewer valid bits stand at the top of the sample, so the value is right as it is.
        var valid = BinaryPrimitives.ReadUInt16LittleEndian(chunk[18..]);
        return valid > bits ? throw bytes.Malformed($"The fmt chunk gives {valid} valid bits in samples of {bits}.")
            : chunk[28..MostBytes].SequenceEqual(SubformatTail) ? BinaryPrimitives.ReadUInt32LittleEndian(chunk[24..])
            : throw bytes.Unsupported($"The samples are coded as the unknown subformat {new Guid(chunk[24..MostBytes])}");
    }

    private static string CodecName(long codec) =>
        codec switch
        {
            0x0002 => "Microsoft ADPCM",
            0x0006 => "A-law",
            0x0007 => "mu-law",
            0x0011 => "IMA ADPCM",
            0x0031 => "GSM 6.10",
            0x0050 => "MPEG audio",
            0x0055 => "MP3",
            0x0092 => "AC-3",
            0x00FF or 0x1610 => "AAC",
            0x0161 or 0x0162 => "Windows Media audio",
            0xF1AC => "FLAC in WAV",
            _ => $"the unknown codec 0x{codec:X4}",
        };
}
