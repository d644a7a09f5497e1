using System.Net;

namespace LoRAEnsembleHub.Hub;

/// <summary>A file, or a part of one, as the body of a request. A file that changed is never sent to its end.</summary>
/// <remarks>
/// A whole file is hashed again on the way out and its last bytes are held back until the hash is right. Of a part only the stamp is compared,
/// before and after: the hub hashes the whole.
/// </remarks>
internal sealed class FileBody : HttpContent
{
    private const int BufferBytes = 1 << 18;

    private readonly PushFile file;
    private readonly long offset;
    private readonly long count;
    private readonly UploadProgress.RequestBytes sent;

    /// <param name="file">The file.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="count">Its length.</param>
    /// <param name="sent">Is told of bytes on their way.</param>
    public FileBody(PushFile file, long offset, long count, UploadProgress.RequestBytes sent) =>
        (this.file, this.offset, this.count, this.sent) = (file, offset, count, sent);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        file.EnsureUnchanged();
        using var hasher = count == file.Size ? ContentHasher.Sha256() : null;
        if (count == 0)
        {
            return;
        }

        await using var source = FileReading.Open(file.Source, file.Path);
        source.Position = offset;
        var buffer = new byte[(int)Math.Clamp(count, 1, BufferBytes)];
        for (var left = count; left > 0; )
        {
            var want = (int)Math.Min(left, buffer.Length);
            var got = await FileReading.ReadSomeAsync(source, buffer.AsMemory(0, want), file.Path, cancellationToken).ConfigureAwait(false);
            left -= got;
            hasher?.Append(buffer.AsSpan(0, got));
            if (got < want)
            {
                throw PushFile.Changed(file.Path, $"it had {file.Size} bytes, now it ends at {offset + count - left}");
            }

            if (left == 0)
            {
                file.EnsureUnchanged(hasher?.Finish() ?? file.Sha256);
            }

            await stream.WriteAsync(buffer.AsMemory(0, got), cancellationToken).ConfigureAwait(false);
            sent.Add(got);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = count;
        return true;
    }
}
