namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>What a shard says of one file: of which chunks it is made, and its SHA-256.</summary>
/// <param name="Hash">Xet's own name of the file.</param>
/// <param name="Terms">The runs of chunks, in the file's order.</param>
/// <param name="Sha256">The SHA-256 of the content; null where the shard does not say.</param>
internal sealed record ShardFile(XetHash Hash, IReadOnlyList<ShardTerm> Terms, ContentHash? Sha256)
{
    /// <summary>Length of the file in bytes.</summary>
    public long Bytes => Terms.Sum(term => term.Bytes);
}
