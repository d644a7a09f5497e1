namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>The 8 bytes before each chunk of a xorb: a version, the packed length, the scheme and the unpacked length.</summary>
internal readonly record struct ChunkHeader(int PackedBytes, ChunkScheme Scheme, int Bytes)
{
    public const int Length = 8;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="header">8 bytes.</param>
    /// <param name="chunk">Which chunk it is, for messages.</param>
    /// <exception cref="XetException">It breaks a rule of the format.</exception>
    public static ChunkHeader Read(ReadOnlySpan<byte> header, int chunk)
    {
        if (header[0] != 0)
        {
            throw new XetException($"Chunk {chunk} of the xorb has version {header[0]}; only version 0 is known.");
        }

        var packed = ReadLength(header[1..]);
        var scheme = (ChunkScheme)header[4];
        var bytes = ReadLength(header[5..]);
        if (!Enum.IsDefined(scheme))
        {
            throw new XetException(
                $"Chunk {chunk} of the xorb is packed by scheme {header[4]}; known are 0 (none), 1 (LZ4) and 2 (grouped LZ4)."
            );
        }

        if (bytes is 0 or > XetLimits.ChunkBytes)
        {
            throw new XetException($"Chunk {chunk} of the xorb has {bytes} bytes; allowed are 1 to {XetLimits.ChunkBytes}.");
        }

        // LZ4 never makes a chunk much longer; a packed length far above the plain one is no chunk.
        return packed <= bytes + (bytes / 128) + 64 && (scheme != ChunkScheme.None || packed == bytes)
            ? new(packed, scheme, bytes)
            : throw new XetException($"Chunk {chunk} of the xorb has {packed} packed bytes for {bytes} plain ones.");
    }

    private static int ReadLength(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
