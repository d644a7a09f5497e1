namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Content on its way into the store: written once, hashed both ways on the way, and gone unless placed.</summary>
internal sealed class PendingObject : IAsyncDisposable
{
    private readonly ObjectStore store;
    private readonly string path;
    private readonly Action<StoreStep> step;
    private readonly FileStream file;
    private readonly ContentHasher sha256 = ContentHasher.Sha256();
    private readonly ContentHasher git;
    private long written;
    private bool placed;

    internal PendingObject(ObjectStore store, string path, long size, Action<StoreStep> step)
    {
        (this.store, this.path, Size, this.step) = (store, path, size, step);
        git = ContentHasher.GitBlob(size);
        file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
    }

    /// <summary>How many bytes there must be.</summary>
    public long Size { get; }

    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        written += bytes.Length;
        if (written > Size)
        {
            throw RequestFault.BadRequest($"More than the {Size} bytes that were announced came.");
        }

        sha256.Append(bytes.Span);
        git.Append(bytes.Span);
        await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes all that is left in a stream.</summary>
    public async Task AppendAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        int count;
        while ((count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await AppendAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checks the content against its hash and puts it in the store.</summary>
    /// <exception cref="RequestFault">400: it is other content, or not all of it.</exception>
    public void Place(ContentHash expected)
    {
        var (bySha256, byGit) = Finish();
        var found = expected.IsSha256 ? bySha256 : byGit;
        if (found != expected)
        {
            throw RequestFault.BadRequest(
                $"The content has the hash {found.Hex}, but {expected.Hex} was announced. Nothing was stored; send it again."
            );
        }

        Move(expected);
    }

    /// <summary>Puts content of unknown hash in the store, as a large file (SHA-256) or as git's.</summary>
    /// <returns>Its hash.</returns>
    public ContentHash Place(bool asLarge)
    {
        var (bySha256, byGit) = Finish();
        var hash = asLarge ? bySha256 : byGit;
        Move(hash);
        return hash;
    }

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        sha256.Dispose();
        git.Dispose();
        if (!placed)
        {
            File.Delete(path);
        }
    }

    private (ContentHash Sha256, ContentHash Git) Finish()
    {
        if (written != Size)
        {
            throw RequestFault.BadRequest($"{written} bytes came, but {Size} were announced. Nothing was stored; send the file again.");
        }

        file.Flush(flushToDisk: true);
        file.Dispose();
        step(StoreStep.ObjectWritten);
        return (sha256.Finish(), git.Finish());
    }

    private void Move(ContentHash hash)
    {
        if (store.TryFind(hash, out var present) && present.Length == Size)
        {
            return; // Somebody was faster; the bytes are the same.
        }

        var target = store.PathOf(hash);
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DurableFile.FlushFolder(Path.GetDirectoryName(folder)!);
        }

        DurableFile.Move(path, target);
        placed = true;
        store.Placed(Size);
        step(StoreStep.ObjectPlaced);
    }
}
