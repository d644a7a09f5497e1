namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Reads a pickle byte by byte, by lines and by lengths, without ever holding more than a buffer.</summary>
internal sealed class PickleBytes
{
    private readonly Stream stream;
    private readonly byte[] buffer = new byte[1 << 16];
    private long bufferStart;
    private int next;
    private int end;

    /// <param name="stream">Read from its present position; stays open.</param>
    public PickleBytes(Stream stream) => this.stream = stream;

    /// <summary>How many bytes have been read.</summary>
    public long Position => bufferStart + next;

    /// <returns>The next byte, or −1 at the end.</returns>
    public ValueTask<int> ReadByteAsync(CancellationToken cancellationToken) =>
        next < end ? new(buffer[next++]) : ReadByteSlowlyAsync(cancellationToken);

    /// <returns>Whether no byte is left.</returns>
    public async ValueTask<bool> IsAtEndAsync(CancellationToken cancellationToken) =>
        next == end && !await FillAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Reads an unsigned little-endian number.</summary>
    /// <param name="bytes">Its length, 1 to 8.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The number; null if the bytes end before it does.</returns>
    public async ValueTask<ulong?> ReadNumberAsync(int bytes, CancellationToken cancellationToken)
    {
        var number = 0UL;
        for (var at = 0; at < bytes; at++)
        {
            var value = await ReadByteAsync(cancellationToken).ConfigureAwait(false);
            if (value < 0)
            {
                return null;
            }

            number |= (ulong)value << (8 * at);
        }

        return number;
    }

    /// <summary>Reads up to the next line feed.</summary>
    /// <param name="keep">How many bytes of the line are of interest; longer lines are passed over.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The line without its end; empty and marked as long if it is longer; null if no line feed follows.</returns>
    public async ValueTask<KeptBytes?> ReadLineAsync(int keep, CancellationToken cancellationToken)
    {
        var line = new byte[keep];
        for (var length = 0L; ; length++)
        {
            var value = await ReadByteAsync(cancellationToken).ConfigureAwait(false);
            if (value < 0)
            {
                return null;
            }

            if (value == '\n')
            {
                return length <= keep ? new(line.AsMemory(0, (int)length), false) : new(default, true);
            }

            if (length < keep)
            {
                line[length] = (byte)value;
            }
        }
    }

    /// <summary>Reads a run of bytes.</summary>
    /// <param name="length">How many.</param>
    /// <param name="keep">How long a run is of interest; longer ones are passed over.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The bytes; empty and marked as long if there are more; null if the bytes end before.</returns>
    public async ValueTask<KeptBytes?> ReadRunAsync(ulong length, int keep, CancellationToken cancellationToken)
    {
        if (length > (ulong)keep)
        {
            return await SkipAsync(length, cancellationToken).ConfigureAwait(false) ? new(default, true) : null;
        }

        var run = new byte[length];
        for (var at = 0; at < run.Length; at++)
        {
            var value = await ReadByteAsync(cancellationToken).ConfigureAwait(false);
            if (value < 0)
            {
                return null;
            }

            run[at] = (byte)value;
        }

        return new(run, false);
    }

    private async ValueTask<bool> SkipAsync(ulong length, CancellationToken cancellationToken)
    {
        while (length > (ulong)(end - next))
        {
            length -= (ulong)(end - next);
            next = end;
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        next += (int)length;
        return true;
    }

    private async ValueTask<int> ReadByteSlowlyAsync(CancellationToken cancellationToken) =>
        await FillAsync(cancellationToken).ConfigureAwait(false) ? buffer[next++] : -1;

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        bufferStart += end;
        (next, end) = (0, 0);
        end = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return end > 0;
    }
}
