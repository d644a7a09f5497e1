using System.Buffers.Binary;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Walks through the chunks of a WAV file up to its samples.</summary>
/// <remarks>Microsoft and IBM, Multimedia Programming Interface 1.0 (RIFF); EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64).</remarks>
internal static class WavChunks
{
    private const int HeaderBytes = 12;
    private const uint Unknown = 0xFFFFFFFF;

    // Programs that write to a pipe cannot come back to fill the length in; sox and espeak-ng leave this number instead.
    private const uint UnknownOfSox = 0x7FFFF000;

    /// <summary>Reads up to the first sample.</summary>
    /// <returns>The format, and how many bytes of samples follow, or null if they go on to the end of the file.</returns>
    public static (WavFormat Format, long? DataBytes) ReadToData(AudioBytes bytes)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        Span<byte> content = stackalloc byte[WavFormat.MostBytes];
        bytes.ReadExactly(header, "the header");
        if (!header[8..].SequenceEqual("WAVE"u8))
        {
            throw bytes.Unsupported($"This is a RIFF file of the kind {Shown(header[8..])}");
        }

        var isLarge = !header.StartsWith("RIFF"u8);
        var (format, largeDataBytes) = ((WavFormat?)null, (ulong?)null);
        while (true)
        {
            var chunk = header[..8];
            var got = bytes.Read(chunk);
            if (got < chunk.Length)
            {
                throw got == 0
                    ? bytes.Malformed(
                        $"The file ends before its {(format is null ? "fmt" : "data")} chunk; there is no sound in it. Fetch it again."
                    )
                    : bytes.CutOff("the header of a chunk");
            }

            var id = chunk[..4];
            var size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (id.SequenceEqual("data"u8))
            {
                return format is null
                    ? throw bytes.Malformed("The data chunk comes before any fmt chunk, which says what the samples are.")
                    : (format, DataBytes(size, isLarge ? largeDataBytes : null, bytes));
            }

            if (id.SequenceEqual("fmt "u8) && format is null)
            {
                var known = content[..(int)Math.Min(size, WavFormat.MostBytes)];
                ReadChunk(bytes, known, size, "the fmt chunk");
                format = WavFormat.Read(known, bytes);
            }
            else if (id.SequenceEqual("ds64"u8) && isLarge && size >= 16)
            {
                ReadChunk(bytes, content[..16], size, "the ds64 chunk");
                largeDataBytes = BinaryPrimitives.ReadUInt64LittleEndian(content[8..]);
            }
            else
            {
                bytes.Skip(size + (size & 1L), $"the chunk {Shown(id)}");
            }
        }
    }

    private static void ReadChunk(AudioBytes bytes, Span<byte> start, uint size, string what)
    {
        bytes.ReadExactly(start, what);
        bytes.Skip(size - start.Length + (size & 1L), what);
    }

    private static long? DataBytes(uint size, ulong? largeSize, AudioBytes bytes)
    {
        if (size == Unknown && largeSize is { } large)
        {
            return large <= long.MaxValue
                ? Present((long)large, bytes)
                : throw bytes.Malformed($"The ds64 chunk promises {large} bytes of samples, more than a file can have.");
        }

        return size is Unknown or UnknownOfSox && !(bytes.Remaining >= size) ? null : Present(size, bytes);
    }

    // Told before anything is read; from a pipe it shows when the samples run out.
    private static long Present(long size, AudioBytes bytes) =>
        bytes.Remaining is { } left && left < size
            ? throw bytes.CutOff($"its samples: the data chunk promises {size} bytes and {left} are left")
            : size;

    private static string Shown(ReadOnlySpan<byte> id)
    {
        foreach (var letter in id)
        {
            if (letter is < 0x20 or > 0x7E)
            {
                return "0x" + Convert.ToHexString(id);
            }
        }

        return $"\"{System.Text.Encoding.ASCII.GetString(id)}\"";
    }
}
