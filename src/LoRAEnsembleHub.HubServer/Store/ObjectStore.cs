using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Content on disk, each piece once, named by its own hash: <c>objects/ab/abcd…</c>, 64 digits for SHA-256, 40 for git's.</summary>
/// <remarks>A piece appears by one rename after its hash was checked, so what is there is whole and right; client names never become paths.</remarks>
internal sealed class ObjectStore
{
    private readonly string objects;
    private readonly string temporary;
    private readonly ServerLimits limits;
    private readonly Action<StoreStep> step;
    private long used;
    private long serial;

    public ObjectStore(string root, ServerLimits limits, Action<StoreStep> step)
    {
        (objects, temporary, this.limits, this.step) = (Path.Combine(root, "objects"), Path.Combine(root, "temporary"), limits, step);
        Directory.CreateDirectory(objects);
        Directory.CreateDirectory(temporary);
        used = new DirectoryInfo(objects).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
    }

    /// <summary>The bytes of all content together.</summary>
    public long UsedBytes => Interlocked.Read(ref used);

    /// <summary>Where a piece of content lies.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="file">The file, if there is one.</param>
    /// <returns>Whether the store has it.</returns>
    public bool TryFind(ContentHash hash, [NotNullWhen(true)] out FileInfo? file)
    {
        var candidate = new FileInfo(PathOf(hash));
        file = candidate.Exists ? candidate : null;
        return file is not null;
    }

    /// <summary>Takes content of a known hash; content that is there already is not read.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="expected">Their hash.</param>
    /// <param name="size">How many there must be.</param>
    /// <param name="cancellationToken">Stops it; nothing is kept.</param>
    /// <exception cref="RequestFault">The bytes are not those announced (400), or too many (413, 507).</exception>
    public async Task PutAsync(Stream content, ContentHash expected, long size, CancellationToken cancellationToken)
    {
        if (TryFind(expected, out var present) && present.Length == size)
        {
            return;
        }

        var pending = Begin(size);
        await using (pending.ConfigureAwait(false))
        {
            await pending.AppendAsync(content, cancellationToken).ConfigureAwait(false);
            pending.Place(expected);
        }
    }

    /// <summary>Opens a place for content whose size is known before its hash.</summary>
    /// <exception cref="RequestFault">It is too much for one file (413) or for the store (507).</exception>
    public PendingObject Begin(long size)
    {
        EnsureFits(size);
        return new(this, NewTemporaryPath(), size, step);
    }

    /// <summary>Refuses a file that is too large, or would not fit any more.</summary>
    /// <exception cref="RequestFault">It is too much for one file (413) or for the store (507).</exception>
    public void EnsureFits(long size)
    {
        if (size < 0 || size > limits.FileBytes)
        {
            throw RequestFault.TooLarge($"The file has {size} bytes; this server takes {limits.FileBytes} at most.");
        }

        EnsureRoom(size);
    }

    /// <summary>Refuses what would not fit any more.</summary>
    /// <exception cref="RequestFault">507.</exception>
    public void EnsureRoom(long size)
    {
        if (limits.QuotaBytes is { } quota && UsedBytes + size > quota)
        {
            throw new RequestFault(507, $"The store holds {UsedBytes} of at most {quota} bytes; {size} more do not fit.");
        }
    }

    /// <returns>A path of the store's volume that nothing uses; left-overs are cleared when the store opens.</returns>
    public string NewTemporaryPath() =>
        Path.Combine(
            temporary,
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref serial)}")
        );

    internal string PathOf(ContentHash hash) => Path.Combine(objects, hash.Hex[..2], hash.Hex);

    internal void Placed(long size) => Interlocked.Add(ref used, size);
}
