namespace LoRAEnsembleHub.Inputs;

/// <summary>The bytes of a sound file in order, with room to look ahead, and the errors that name the file.</summary>
/// <remarks>Works on pipes as on files. Memory is bounded whatever a header claims.</remarks>
internal sealed class AudioBytes
{
    private const int BufferBytes = 1 << 16;

    private readonly byte[] buffer = new byte[BufferBytes];
    private readonly Stream stream;
    private readonly CancellationToken cancellationToken;
    private int next;
    private int end;

    public AudioBytes(Stream stream, string name, CancellationToken cancellationToken)
    {
        (this.stream, Name, this.cancellationToken) = (stream, name, cancellationToken);
        Remaining = stream.CanSeek ? stream.Length - stream.Position : null;
    }

    public string Name { get; }

    /// <summary>Bytes up to the end, or null for a pipe.</summary>
    public long? Remaining { get; private set; }

    /// <summary>The next bytes without taking them; fewer than asked for only at the end.</summary>
    /// <param name="count">At most 65,536.</param>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (end - next < count && Fill()) { }

        return buffer.AsSpan(next, Math.Min(count, end - next));
    }

    /// <summary>Takes one byte, or −1 at the end.</summary>
    public int ReadByte()
    {
        if (next == end && !Fill())
        {
            return -1;
        }

        Remaining--;
        return buffer[next++];
    }

    /// <summary>Takes bytes until the span is full or the file ends.</summary>
    /// <returns>How many were taken.</returns>
    public int Read(Span<byte> into)
    {
        var taken = 0;
        while (taken < into.Length && (next < end || Fill()))
        {
            var part = Math.Min(into.Length - taken, end - next);
            buffer.AsSpan(next, part).CopyTo(into[taken..]);
            (next, taken) = (next + part, taken + part);
        }

        Remaining -= taken;
        return taken;
    }

    /// <summary>Fills the span or refuses the file as ending too early.</summary>
    public void ReadExactly(Span<byte> into, string what)
    {
        var taken = Read(into);
        if (taken < into.Length)
        {
            throw CutOff($"{what}: {into.Length} bytes are needed and {taken} are left");
        }
    }

    /// <summary>Passes over bytes or refuses the file as ending too early.</summary>
    public void Skip(long count, string what)
    {
        if (Remaining < count)
        {
            throw CutOff($"{what}: {count} bytes are promised and {Remaining} are left");
        }

        var buffered = (int)Math.Min(count, end - next);
        next += buffered;
        var left = count - buffered;
        if (stream.CanSeek)
        {
            stream.Seek(left, SeekOrigin.Current);
        }
        else
        {
            for (; left > 0; left -= end, next = end)
            {
                if (!Fill((int)Math.Min(left, BufferBytes)))
                {
                    throw CutOff($"{what}: {count} bytes are promised and {count - left} came");
                }
            }
        }

        Remaining -= count;
    }

    public AudioException Malformed(string message) => new(Name, message) { IsMalformed = true };

    public AudioException CutOff(string where) => Malformed($"The file is cut off in {where}. Fetch it again.");

    public AudioException Unsupported(string found) =>
        new(Name, $"{found}, which cannot be read; convert it to WAV, FLAC or OGG Vorbis, for instance with ffmpeg or sox.");

    private bool Fill(int most = BufferBytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (next > 0)
        {
            buffer.AsSpan(next, end - next).CopyTo(buffer);
            (next, end) = (0, end - next);
        }

        try
        {
            var got = stream.Read(buffer, end, Math.Min(most, BufferBytes - end));
            end += got;
            return got > 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AudioException(Name, $"The file cannot be read: {exception.Message}", exception);
        }
    }
}
