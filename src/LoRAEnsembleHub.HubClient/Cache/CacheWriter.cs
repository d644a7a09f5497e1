using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub;

/// <summary>Writes the cache that Hugging Face's tools share, so that every state in between is one they can read.</summary>
/// <remarks>
/// Order for one snapshot: listing, then for each file lock, blob, pointer, and the ref last. Blobs and pointers appear by rename. Before every
/// write the way is checked for links; see <see cref="PlainFolders"/>.
/// </remarks>
internal sealed class CacheWriter
{
    /// <summary>The mark by which backup programs know a cache; byte for byte what huggingface_hub writes.</summary>
    public const string TagText =
        "Signature: 8a477f597d28d172789f06886806bc55\n"
        + "# This file is a cache directory tag created by huggingface_hub.\n"
        + "# For information about cache directory tags, see:\n"
        + "#\thttps://bford.info/cachedir/\n";

    private readonly FileLocker locker;
    private readonly PartialFiles partials;
    private readonly PointerLinks links;

    /// <param name="layout">Where.</param>
    /// <param name="time">For waits and notes.</param>
    /// <param name="logger">Told of long waits.</param>
    /// <param name="options">How; null for the defaults.</param>
    public CacheWriter(CacheLayout layout, TimeProvider time, ILogger logger, CacheOptions? options = null)
        : this(
            layout,
            new(time, logger, options?.LockTimeout),
            new PartialFiles(time),
            new PointerLinks(options?.FirstPointerKind ?? default)
        ) { }

    internal CacheWriter(CacheLayout layout, FileLocker locker, PartialFiles partials, PointerLinks links)
    {
        Layout = layout;
        Reader = new(layout);
        this.locker = locker;
        this.partials = partials;
        this.links = links;
    }

    public CacheLayout Layout { get; }

    /// <summary>What is there.</summary>
    public CacheReader Reader { get; }

    /// <summary>Takes the lock of some content, which other tools take too; held from the look for the blob until the pointer is made.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: it was held for longer than the options allow.</exception>
    public async Task<IDisposable> LockAsync(RepoId repo, ContentHash hash, CancellationToken cancellationToken)
    {
        var path = Layout.Lock(repo, hash);
        await PrepareAsync(path, cancellationToken).ConfigureAwait(false);
        return await locker.TakeAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the partial of a blob, with what an earlier run left.</summary>
    /// <param name="repo">Whose.</param>
    /// <param name="hash">The content's name.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="source">Where it comes from, without endpoint and query; for the notes beside it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PartialFile> OpenPartialAsync(
        RepoId repo,
        ContentHash hash,
        long size,
        string source,
        CancellationToken cancellationToken
    )
    {
        var blob = Layout.Blob(repo, hash);
        await PrepareAsync(blob, cancellationToken).ConfigureAwait(false);
        return await partials.OpenAsync(blob, hash, size, source, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a partial the blob. One that is there already, with the right size, stays unless it is to be replaced.</summary>
    /// <param name="repo">Whose.</param>
    /// <param name="partial">All bytes, their hash checked by the caller.</param>
    /// <param name="replace">Whether a blob of that name is replaced: where it was found to be bad.</param>
    /// <param name="cancellationToken">Gives up before the rename.</param>
    public async Task CompleteAsync(RepoId repo, PartialFile partial, bool replace, CancellationToken cancellationToken)
    {
        var blob = Layout.Blob(repo, partial.Hash);
        await PrepareAsync(blob, cancellationToken).ConfigureAwait(false);
        if (!replace && Reader.HasBlob(repo, partial.Hash, partial.Size))
        {
            await partial.DiscardAsync().ConfigureAwait(false);
            return;
        }

        await partial.CompleteAsync(blob, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a file of a snapshot point to its blob.</summary>
    public async Task LinkAsync(RepoId repo, CommitHash commit, string path, ContentHash hash, CancellationToken cancellationToken)
    {
        var pointer = Layout.Pointer(repo, commit, path);
        await PrepareAsync(pointer, cancellationToken).ConfigureAwait(false);
        links.Make(Layout.Repo(repo), pointer, Layout.Blob(repo, hash));
    }

    /// <summary>Records what a revision stands for; a commit hash stands for itself and is not recorded.</summary>
    /// <remarks>Called last: a ref to a commit without a snapshot makes other tools call the repository corrupt.</remarks>
    public async Task WriteRefAsync(RepoId repo, Revision revision, CommitHash commit, CancellationToken cancellationToken)
    {
        if (revision.Commit is not null)
        {
            return;
        }

        var path = Layout.Ref(repo, revision);
        await PrepareAsync(path, cancellationToken).ConfigureAwait(false);
        PlainFolders.MakeFor(Layout.Root, Path.Combine(Layout.Snapshot(repo, commit), "any"));
        if (await Reader.ReadRefAsync(repo, revision, cancellationToken).ConfigureAwait(false) != commit)
        {
            await AtomicFile.WriteAsync(path, commit.Hex, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps the listing of a commit.</summary>
    /// <remarks>A repository without a folder of snapshots is one that other tools call corrupt, so that is made too.</remarks>
    public async Task WriteTreeAsync(RepoId repo, CommitHash commit, IEnumerable<RepoFile> files, CancellationToken cancellationToken)
    {
        var path = Layout.Tree(repo, commit);
        await PrepareAsync(path, cancellationToken).ConfigureAwait(false);
        PlainFolders.MakeFor(Layout.Root, Layout.Snapshot(repo, commit));
        var text = TreeFile.Write(files);
        if (await AtomicFile.ReadAsync(path, cancellationToken).ConfigureAwait(false) != text)
        {
            await AtomicFile.WriteAsync(path, text, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Records that a commit has no such file, so that nobody asks again.</summary>
    public async Task WriteAbsentAsync(RepoId repo, CommitHash commit, string path, CancellationToken cancellationToken)
    {
        var mark = Layout.Absent(repo, commit, path);
        await PrepareAsync(mark, cancellationToken).ConfigureAwait(false);
        PlainFolders.MakeFor(Layout.Root, Layout.Snapshot(repo, commit));
        if (!File.Exists(mark))
        {
            await AtomicFile.WriteLightlyAsync(mark, "", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PrepareAsync(string path, CancellationToken cancellationToken)
    {
        PlainFolders.MakeFor(Layout.Root, path);
        if (!File.Exists(Layout.Tag))
        {
            await AtomicFile.WriteAsync(Layout.Tag, TagText, null, cancellationToken).ConfigureAwait(false);
        }
    }
}
