using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;

namespace LoRAEnsembleHub.Hub;

/// <summary>A commit as the body of a request: its length is known, its files are read while it is sent, a piece at a time.</summary>
/// <remarks>A file that changed since it was hashed breaks the request off before its line ends, so a hub cannot take it for whole.</remarks>
internal sealed class CommitBody : HttpContent
{
    private const int PieceBytes = 3 << 15; // A multiple of three needs no padding, so pieces join up.

    private readonly (byte[] Line, PushFile? File)[] lines;
    private readonly UploadProgress.RequestBytes sent;

    /// <param name="message">Title and description.</param>
    /// <param name="parent">The commit that the branch must stand at; null if any will do.</param>
    /// <param name="operations">The changes.</param>
    /// <param name="sent">Is told of bytes of files on their way.</param>
    public CommitBody(CommitMessage message, CommitHash? parent, IEnumerable<CommitOperation> operations, UploadProgress.RequestBytes sent)
    {
        lines =
        [
            (CommitLines.Header(message, parent), null),
            .. operations.Select(one => (CommitLines.Of(one), (one as InlineFile)?.File)),
        ];
        this.sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var (line, file) in lines)
        {
            await stream.WriteAsync(line, cancellationToken).ConfigureAwait(false);
            if (file is not null)
            {
                await WriteContentAsync(stream, file, cancellationToken).ConfigureAwait(false);
                await stream.WriteAsync(CommitLines.InlineEnd, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = lines.Sum(one =>
            one.Line.LongLength + (one.File is { } file ? EncodedLength(file.Size) + CommitLines.InlineEnd.Length : 0)
        );
        return true;
    }

    private async Task WriteContentAsync(Stream stream, PushFile file, CancellationToken cancellationToken)
    {
        file.EnsureUnchanged();
        if (file.Size == 0)
        {
            return;
        }

        using var hasher = ContentHasher.Sha256();
        await using var source = FileReading.Open(file.Source, file.Path);
        var piece = new byte[(int)Math.Clamp(file.Size, 1, PieceBytes)];
        var encoded = new byte[Base64.GetMaxEncodedToUtf8Length(piece.Length)];
        for (var left = file.Size; left > 0; )
        {
            var want = (int)Math.Min(left, piece.Length);
            var got = await FileReading.ReadSomeAsync(source, piece.AsMemory(0, want), file.Path, cancellationToken).ConfigureAwait(false);
            if (got < want)
            {
                throw PushFile.Changed(file.Path, $"it had {file.Size} bytes, now it ends at {file.Size - left + got}");
            }

            left -= got;
            hasher.Append(piece.AsSpan(0, got));
            if (left == 0)
            {
                file.EnsureUnchanged(hasher.Finish());
            }

            var status = Base64.EncodeToUtf8(piece.AsSpan(0, got), encoded, out _, out var written);
            if (status != OperationStatus.Done)
            {
                throw new InvalidOperationException($"Base64 ended with {status}; the piece holds {got} bytes.");
            }

            await stream.WriteAsync(encoded.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
            sent.Add(got);
        }
    }

    private static long EncodedLength(long bytes) => (bytes + 2) / 3 * 4;
}
