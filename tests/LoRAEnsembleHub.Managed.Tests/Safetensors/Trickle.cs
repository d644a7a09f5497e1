namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

/// <summary>A stream that cannot seek and hands out few bytes at a time, as a network may.</summary>
internal sealed class Trickle(ReadOnlyMemory<byte> bytes, int step = 1021) : Stream
{
    private int position;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <summary>Called before each read.</summary>
    public Action? OnRead { get; init; }

    public override int Read(Span<byte> buffer)
    {
        OnRead?.Invoke();
        var length = Math.Min(step, Math.Min(buffer.Length, bytes.Length - position));
        bytes.Span.Slice(position, length).CopyTo(buffer);
        position += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
