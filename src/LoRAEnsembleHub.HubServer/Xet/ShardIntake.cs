namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Turns what a shard describes into stored content.</summary>
/// <remarks>Nothing is stored whose SHA-256 is not the one that the shard names; the commit that follows names the same.</remarks>
internal sealed class ShardIntake
{
    private readonly XorbFolder xorbs;
    private readonly StoreContent store;

    /// <param name="xorbs">Where the chunks are.</param>
    /// <param name="store">Stores content under its SHA-256.</param>
    public ShardIntake(XorbFolder xorbs, StoreContent store) => (this.xorbs, this.store) = (xorbs, store);

    /// <summary>Stores content under its SHA-256.</summary>
    /// <param name="content">The bytes; read to the end.</param>
    /// <param name="bytes">How many there will be.</param>
    /// <param name="expected">Their SHA-256; null if it is not known before.</param>
    /// <param name="cancellationToken">Ends the storing; nothing is kept then.</param>
    /// <returns>The SHA-256.</returns>
    public delegate Task<ContentHash> StoreContent(Stream content, long bytes, ContentHash? expected, CancellationToken cancellationToken);

    /// <summary>The longest file that may be built, in bytes.</summary>
    public long MaxFileBytes { get; init; } = 1L << 40;

    /// <summary>Builds and stores all files of a shard, then retires the xorbs that they use in full.</summary>
    /// <param name="repo">The repository that the upload is for.</param>
    /// <param name="shard">The whole shard.</param>
    /// <param name="cancellationToken">Ends the work; files stored by then stay stored.</param>
    /// <returns>The SHA-256 of each file.</returns>
    /// <exception cref="XetException">The shard breaks a rule, a xorb is missing, or content is not what the shard says.</exception>
    public async Task<IReadOnlyList<ContentHash>> TakeAsync(RepoId repo, ReadOnlyMemory<byte> shard, CancellationToken cancellationToken)
    {
        var files = ShardReader.Read(shard.Span);
        if (files.FirstOrDefault(file => file.Bytes > MaxFileBytes) is { } large)
        {
            throw new XetException($"The shard describes a file of {large.Bytes} bytes; this server takes {MaxFileBytes}.");
        }

        var stored = new List<ContentHash>();
        var places = new Dictionary<XetHash, RetiredChunk?[]>();
        foreach (var file in files)
        {
            var rebuilt = new RebuiltFile(file, (hash, token) => xorbs.OpenAsync(repo, hash, token));
            await using (rebuilt.ConfigureAwait(false))
            {
                var content = await store(rebuilt, file.Bytes, file.Sha256, cancellationToken).ConfigureAwait(false);
                stored.Add(content);
                Note(rebuilt.Used, content, places);
            }
        }

        foreach (var (xorb, chunks) in places.Where(each => each.Value.All(chunk => chunk is not null)))
        {
            await xorbs.RetireAsync(repo, xorb, chunks!, cancellationToken).ConfigureAwait(false);
        }

        xorbs.Collect();
        return stored;
    }

    private static void Note(IReadOnlyList<UsedChunk> used, ContentHash content, Dictionary<XetHash, RetiredChunk?[]> places)
    {
        foreach (var chunk in used)
        {
            if (!places.TryGetValue(chunk.Xorb, out var chunks))
            {
                places.Add(chunk.Xorb, chunks = new RetiredChunk?[chunk.OfChunks]);
            }

            chunks[chunk.Chunk] ??= new(content, chunk.Offset, chunk.Bytes);
        }
    }
}
