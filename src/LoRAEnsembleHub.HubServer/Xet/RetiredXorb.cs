namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>A xorb whose body is gone because every chunk of it is part of a stored file and can be read from there.</summary>
internal sealed class RetiredXorb : OpenXorb
{
    private readonly IReadOnlyList<RetiredChunk> chunks;
    private readonly Func<ContentHash, Stream?> openContent;
    private Stream? content;
    private ContentHash? contentHash;

    /// <param name="chunks">Where each chunk lies.</param>
    /// <param name="openContent">Opens stored content by its SHA-256, seekable; null if it is not stored.</param>
    public RetiredXorb(IReadOnlyList<RetiredChunk> chunks, Func<ContentHash, Stream?> openContent) =>
        (this.chunks, this.openContent) = (chunks, openContent);

    public override int Chunks => chunks.Count;

    public override int BytesOf(int chunk) => chunks[chunk].Bytes;

    public override async Task<byte[]> ReadAsync(int chunk, CancellationToken cancellationToken)
    {
        var place = chunks[chunk];
        if (content is null || contentHash != place.Content)
        {
            await DisposeAsync().ConfigureAwait(false);
            content =
                openContent(place.Content)
                ?? throw new XetException($"Chunk {chunk} was part of {place.Content}, which is no longer stored.");
            contentHash = place.Content;
        }

        var bytes = new byte[place.Bytes];
        content.Position = place.Offset;
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    public override async ValueTask DisposeAsync()
    {
        if (content is not null)
        {
            await content.DisposeAsync().ConfigureAwait(false);
            content = null;
        }
    }
}
