using System.Buffers;
using System.Buffers.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Brings the content of a file that came inside a commit into the store.</summary>
internal static class InlineContent
{
    /// <summary>Decodes and stores.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="content">The content as spelled.</param>
    /// <param name="encoding"><c>base64</c> or <c>utf-8</c>.</param>
    /// <param name="objects">Where to.</param>
    /// <param name="isLarge">Decides by size whether the file is a large one.</param>
    /// <param name="cancellationToken">Stops it; nothing is kept.</param>
    /// <returns>The file.</returns>
    /// <exception cref="RequestFault">400: the content is not in that encoding; 413, 507: it is too much.</exception>
    public static async Task<StoredFile> StoreAsync(
        string path,
        SpilledText content,
        string encoding,
        ObjectStore objects,
        Func<long, bool> isLarge,
        CancellationToken cancellationToken
    )
    {
        var size = encoding switch
        {
            "base64" => DecodedSize(path, content),
            "utf-8" => content.Length,
            _ => throw RequestFault.BadRequest($"'{HubText.Shown(encoding)}' is no encoding of content; base64 and utf-8 are."),
        };
        var pending = objects.Begin(size);
        await using (pending.ConfigureAwait(false))
        {
            var text = content.Read();
            await (
                encoding == "base64" ? DecodeAsync(path, text, pending, cancellationToken) : pending.AppendAsync(text, cancellationToken)
            ).ConfigureAwait(false);
            var hash = pending.Place(asLarge: isLarge(size));
            return hash.IsSha256 ? StoredFile.Large(path, size, hash) : StoredFile.Regular(path, size, hash);
        }
    }

    // The size is needed first, since git hashes it first; without spaces in it the text tells.
    private static long DecodedSize(string path, SpilledText content) =>
        content.Length % 4 != 0
            ? throw Broken(path)
            : content.Length / 4 * 3 - (content.End.Last == '=' ? 1 : 0) - (content.End is { Before: (byte)'=', Last: (byte)'=' } ? 1 : 0);

    private static async Task DecodeAsync(string path, Stream text, PendingObject pending, CancellationToken cancellationToken)
    {
        var letters = new byte[1 << 16];
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(letters.Length)];
        int count;
        while ((count = await text.ReadAtLeastAsync(letters, letters.Length, false, cancellationToken).ConfigureAwait(false)) > 0)
        {
            var status = Base64.DecodeFromUtf8(letters.AsSpan(0, count), bytes, out var used, out var written, isFinalBlock: true);
            if (status != OperationStatus.Done || used != count)
            {
                throw Broken(path);
            }

            await pending.AppendAsync(bytes.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
        }
    }

    private static RequestFault Broken(string path) =>
        RequestFault.BadRequest($"The content of {HubText.Shown(path)} is not valid base64.");
}
