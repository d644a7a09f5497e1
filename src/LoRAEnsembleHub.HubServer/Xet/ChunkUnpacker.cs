using K4os.Compression.LZ4.Streams;

namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Unpacks one chunk of a xorb, never into more bytes than its header announces.</summary>
internal static class ChunkUnpacker
{
    /// <returns>The plain bytes, as many as the header says.</returns>
    /// <param name="packed">The packed bytes.</param>
    /// <param name="header">The chunk's header.</param>
    /// <exception cref="XetException">The packed bytes unpack to something else.</exception>
    public static byte[] Unpack(byte[] packed, ChunkHeader header)
    {
        if (header.Scheme == ChunkScheme.None)
        {
            return packed;
        }

        var plain = UnpackFrame(packed, header.Bytes);
        if (header.Scheme == ChunkScheme.Lz4)
        {
            return plain;
        }

        var ordered = new byte[plain.Length];
        ByteGroups.Undo(plain, ordered);
        return ordered;
    }

    private static byte[] UnpackFrame(byte[] packed, int length)
    {
        var plain = new byte[length];
        try
        {
            using var frame = LZ4Stream.Decode(new MemoryStream(packed, writable: false));
            var count = frame.ReadAtLeast(plain, length, throwOnEndOfStream: false);
            var more = count == length && frame.ReadByte() >= 0;
            return count == length && !more
                ? plain
                : throw new XetException(
                    $"A chunk of the xorb unpacks to {(more ? "more than " : "")}{count} bytes, where its header says {length}."
                );
        }
        catch (Exception error)
            when (error
                    is InvalidDataException
                        or IOException
                        or NotSupportedException
                        or ArgumentException
                        or NotImplementedException
                        or InvalidOperationException
                        or IndexOutOfRangeException
            )
        {
            throw new XetException("A chunk of the xorb is no LZ4 frame.", error);
        }
    }
}
