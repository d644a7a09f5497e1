namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>A xorb as a client sent it.</summary>
internal sealed class StoredXorb : OpenXorb
{
    private readonly Stream body;
    private readonly IReadOnlyList<ChunkPlace> places;

    private StoredXorb(Stream body, IReadOnlyList<ChunkPlace> places) => (this.body, this.places) = (body, places);

    public override int Chunks => places.Count;

    /// <summary>Finds the chunks of a body.</summary>
    /// <param name="body">A seekable stream, which the result disposes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="XetException">The body is no xorb.</exception>
    public static async Task<StoredXorb> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return new(body, await XorbReader.FindChunksAsync(body, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await body.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override int BytesOf(int chunk) => places[chunk].Header.Bytes;

    public override Task<byte[]> ReadAsync(int chunk, CancellationToken cancellationToken) =>
        XorbReader.ReadChunkAsync(body, places[chunk], cancellationToken);

    public override ValueTask DisposeAsync() => body.DisposeAsync();
}
