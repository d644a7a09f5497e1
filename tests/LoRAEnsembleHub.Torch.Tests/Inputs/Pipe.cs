namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>A stream as a pipe gives it: forward only, a few bytes at a time, and with an endless tail if wanted.</summary>
internal sealed class Pipe(byte[] start, byte? endlessly = null, int portion = 7) : Stream
{
    private int next;

    /// <summary>Bytes handed out so far.</summary>
    public long Taken { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (next == start.Length && endlessly is { } tail)
        {
            buffer.AsSpan(offset, count).Fill(tail);
            Taken += count;
            return count;
        }

        var part = Math.Min(Math.Min(count, portion), start.Length - next);
        start.AsSpan(next, part).CopyTo(buffer.AsSpan(offset));
        next += part;
        Taken += part;
        return part;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
