namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>The content of a file that a shard describes, put together from xorbs while it is read.</summary>
/// <remarks>Read it once, from start to end. It also notes where each chunk went, so that xorbs used in full can be retired.</remarks>
internal sealed class RebuiltFile : Stream
{
    private readonly ShardFile file;
    private readonly Func<XetHash, CancellationToken, Task<OpenXorb>> open;
    private readonly IEnumerator<(ShardTerm Term, int Chunk)> chunks;
    private readonly List<UsedChunk> used = [];
    private OpenXorb? xorb;
    private ShardTerm? term;
    private byte[] current = [];
    private int taken;
    private long delivered;

    /// <param name="file">What to build.</param>
    /// <param name="open">Opens a xorb by its hash.</param>
    public RebuiltFile(ShardFile file, Func<XetHash, CancellationToken, Task<OpenXorb>> open)
    {
        (this.file, this.open) = (file, open);
        chunks = file
            .Terms.SelectMany(each => Enumerable.Range(each.First, each.End - each.First).Select(chunk => (each, chunk)))
            .GetEnumerator();
    }

    /// <summary>The chunks delivered so far.</summary>
    public IReadOnlyList<UsedChunk> Used => used;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => file.Bytes;

    public override long Position
    {
        get => delivered;
        set => throw new NotSupportedException("A rebuilt file is read once, from start to end.");
    }

    /// <exception cref="XetException">A xorb is missing or damaged, or a term does not fit it.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (taken == current.Length && buffer.Length > 0)
        {
            if (!chunks.MoveNext())
            {
                return 0;
            }

            await TakeAsync(chunks.Current.Term, chunks.Current.Chunk, cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(buffer.Length, current.Length - taken);
        current.AsMemory(taken, count).CopyTo(buffer);
        (taken, delivered) = (taken + count, delivered + count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A rebuilt file is read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        chunks.Dispose();
        if (xorb is not null)
        {
            await xorb.DisposeAsync().ConfigureAwait(false);
            xorb = null;
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task TakeAsync(ShardTerm next, int chunk, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(term, next))
        {
            await BeginAsync(next, cancellationToken).ConfigureAwait(false);
        }

        current = await xorb!.ReadAsync(chunk, cancellationToken).ConfigureAwait(false);
        taken = 0;
        used.Add(new(next.Xorb, chunk, xorb.Chunks, delivered, current.Length));
    }

    private async Task BeginAsync(ShardTerm next, CancellationToken cancellationToken)
    {
        if (xorb is null || term?.Xorb != next.Xorb)
        {
            if (xorb is not null)
            {
                await xorb.DisposeAsync().ConfigureAwait(false);
                xorb = null;
            }

            xorb = await open(next.Xorb, cancellationToken).ConfigureAwait(false);
        }

        if (next.End > xorb.Chunks)
        {
            throw new XetException(
                $"The shard uses the chunks {next.First} to {next.End} of the xorb {next.Xorb}, which has {xorb.Chunks}."
            );
        }

        var bytes = Enumerable.Range(next.First, next.End - next.First).Sum(chunk => (long)xorb.BytesOf(chunk));
        term =
            bytes == next.Bytes
                ? next
                : throw new XetException(
                    $"The chunks {next.First} to {next.End} of the xorb {next.Xorb} unpack to {bytes} bytes; the shard says {next.Bytes}."
                );
    }
}
