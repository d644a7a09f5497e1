namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>Reads from streams without believing what a header says about their length.</summary>
internal static class StreamBytes
{
    private const int FirstBuffer = 1 << 20;

    /// <summary>Reads up to so many bytes; unless they are known to be there, memory grows with what has arrived, to twice that at most.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="count">The most bytes to read.</param>
    /// <param name="known">Whether the stream's own length says that there are as many.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Fewer bytes where the stream ended early.</returns>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadUpToAsync(
        Stream stream,
        int count,
        bool known,
        CancellationToken cancellationToken
    )
    {
        var buffer = new byte[known ? count : Math.Min(count, FirstBuffer)];
        var filled = 0;
        while (filled < count)
        {
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(count, 2L * buffer.Length));
            }

            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return buffer.AsMemory(0, filled);
    }
}
