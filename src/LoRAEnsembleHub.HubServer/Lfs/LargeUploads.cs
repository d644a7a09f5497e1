using LoRAEnsembleHub.Hub.Serving.Xet;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>What the routes for large files share: signed addresses, parts, xorbs, and the way into the store.</summary>
internal sealed class LargeUploads
{
    private LargeUploads(UploadSigner signer, ObjectStore objects, string root, HubServerOptions options)
    {
        var large = options.LargeFiles;
        Addresses = new(signer, options.Time);
        Parts = new(Path.Combine(root, "uploads"), options.Time) { KeepFor = large.KeepUnfinishedFor };
        Xorbs = new(Path.Combine(root, "xorbs"), hash => objects.TryFind(hash, out var file) ? file.OpenRead() : null, options.Time)
        {
            KeepFor = large.KeepUnfinishedFor,
        };
        Shards = new(Xorbs, (content, bytes, expected, token) => StoreAsync(objects, content, bytes, expected, token))
        {
            MaxFileBytes = options.Limits.FileBytes,
        };
        XetTokens = new(signer, options.Time);
    }

    public UploadAddresses Addresses { get; }

    public PartFolder Parts { get; }

    public XorbFolder Xorbs { get; }

    public ShardIntake Shards { get; }

    public XetTokens XetTokens { get; }

    /// <summary>Opens what a store keeps of unfinished uploads, and drops what is too old.</summary>
    /// <param name="store">Where finished content goes.</param>
    /// <param name="options">The server's options, with a store.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<LargeUploads> OpenAsync(RepoStore store, HubServerOptions options, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(options.Storage!);
        var signer = await UploadSigner.OpenAsync(Path.Combine(root, "upload-key"), cancellationToken).ConfigureAwait(false);
        var uploads = new LargeUploads(signer, store.Objects, root, options);
        uploads.Parts.Collect();
        uploads.Xorbs.Collect();
        return uploads;
    }

    private static async Task<ContentHash> StoreAsync(
        ObjectStore objects,
        Stream content,
        long bytes,
        ContentHash? expected,
        CancellationToken cancellationToken
    )
    {
        var pending = objects.Begin(bytes);
        await using (pending.ConfigureAwait(false))
        {
            await pending.AppendAsync(content, cancellationToken).ConfigureAwait(false);
            if (expected is null)
            {
                return pending.Place(asLarge: true);
            }

            pending.Place(expected);
            return expected;
        }
    }
}
