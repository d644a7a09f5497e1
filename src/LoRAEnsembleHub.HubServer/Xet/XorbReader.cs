namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Reads the chunks of a xorb: chunks back to back, each behind its header, and perhaps a footer.</summary>
/// <remarks>The layout is that of xet-core's xorb objects; the footer, which begins with <c>XETBLOB</c>, repeats what the headers say.</remarks>
internal static class XorbReader
{
    /// <summary>Finds and checks all chunks without unpacking them.</summary>
    /// <param name="xorb">A seekable stream over the whole xorb.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The chunks in their order.</returns>
    /// <exception cref="XetException">The bytes are no xorb.</exception>
    public static async Task<IReadOnlyList<ChunkPlace>> FindChunksAsync(Stream xorb, CancellationToken cancellationToken)
    {
        var places = new List<ChunkPlace>();
        var header = new byte[ChunkHeader.Length];
        for (var offset = 0L; offset < xorb.Length; )
        {
            xorb.Position = offset;
            var count = await xorb.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            if (header.AsSpan(0, count).StartsWith("XETBLOB"u8))
            {
                break;
            }

            if (count < header.Length)
            {
                throw new XetException($"The xorb ends within the header of chunk {places.Count}.");
            }

            var chunk = ChunkHeader.Read(header, places.Count);
            offset += ChunkHeader.Length;
            if (chunk.PackedBytes > xorb.Length - offset)
            {
                throw new XetException(
                    $"The xorb ends within chunk {places.Count}: {chunk.PackedBytes} bytes needed, {xorb.Length - offset} left."
                );
            }

            places.Add(new(offset, chunk));
            offset += chunk.PackedBytes;
            if (places.Count > XetLimits.XorbChunks)
            {
                throw new XetException($"The xorb has more than {XetLimits.XorbChunks} chunks.");
            }
        }

        return places.Count > 0 ? places : throw new XetException("The xorb has no chunk.");
    }

    /// <summary>Reads and unpacks one chunk.</summary>
    /// <param name="xorb">The stream that <see cref="FindChunksAsync"/> read.</param>
    /// <param name="place">One of its results.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The plain bytes.</returns>
    /// <exception cref="XetException">The packed bytes do not unpack to what the header says.</exception>
    public static async Task<byte[]> ReadChunkAsync(Stream xorb, ChunkPlace place, CancellationToken cancellationToken)
    {
        var packed = new byte[place.Header.PackedBytes];
        xorb.Position = place.Offset;
        await xorb.ReadExactlyAsync(packed, cancellationToken).ConfigureAwait(false);
        return ChunkUnpacker.Unpack(packed, place.Header);
    }
}
