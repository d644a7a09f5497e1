using System.Buffers;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A text of any length: in memory while it is short, in a file of the store's own once it is not.</summary>
internal sealed class SpilledText(Func<string> newPath) : IAsyncDisposable
{
    private const int InMemoryBytes = 1 << 18;

    private readonly ArrayBufferWriter<byte> memory = new();
    private FileStream? file;

    /// <summary>The length of the text in bytes of UTF-8.</summary>
    public long Length { get; private set; }

    /// <summary>The last byte, and the one before.</summary>
    public (byte Before, byte Last) End { get; private set; }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        End = bytes.Length > 1 ? (bytes.Span[^2], bytes.Span[^1]) : (End.Last, bytes.Span[^1]);
        Length += bytes.Length;
        if (file is null && memory.WrittenCount + bytes.Length <= InMemoryBytes)
        {
            memory.Write(bytes.Span);
            return;
        }

        if (file is null)
        {
            file = new(newPath(), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            await file.WriteAsync(memory.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }

        await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The text from its beginning; it is read once, after the last byte was added.</returns>
    public Stream Read()
    {
        if (file is null)
        {
            return new MemoryStream(memory.WrittenMemory.ToArray(), writable: false);
        }

        file.Position = 0;
        return file;
    }

    public ValueTask DisposeAsync() => file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
