namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A repository of the hub above, as it was when that hub last answered.</summary>
internal sealed class MirrorRepository(Mirror mirror, RepoId id, MirrorNote note, bool isStale) : IRepository
{
    private readonly Dictionary<CommitHash, FileTree> read = [];

    public RepoId Id => id;

    public RepoState State => note.State;

    /// <summary>Whether the hub above could not be asked, so that its branches may have moved.</summary>
    public bool IsStale => isStale;

    /// <summary>When the hub above last answered.</summary>
    public DateTimeOffset CheckedAt => note.CheckedAt;

    public async Task<CommitEntry?> FindCommitAsync(CommitHash hash, CancellationToken cancellationToken) =>
        await mirror.Contents.ListAsync(id, hash, cancellationToken).ConfigureAwait(false) is null
            ? null
            : new(
                hash,
                null,
                hash.Hex,
                id.Namespace ?? id.Name,
                note.State.ModifiedAt,
                "A commit of the hub above",
                "A commit of the hub above"
            );

    public async Task<FileTree> ReadTreeAsync(CommitEntry commit, CancellationToken cancellationToken)
    {
        var tree =
            await mirror.Contents.ListAsync(id, commit.Hash, cancellationToken).ConfigureAwait(false)
            ?? throw RequestFault.RevisionNotFound(commit.Hash.Hex);
        lock (read)
        {
            read[commit.Hash] = tree;
        }

        return tree;
    }

    public Task<string> LocateAsync(StoredFile file, CancellationToken cancellationToken)
    {
        CommitHash commit;
        lock (read)
        {
            // A file comes from a listing that this very request has read; the hub above is asked for it at that commit.
            commit = read.First(entry => entry.Value.Find(file.Path)?.Hash == file.Hash).Key;
        }

        return mirror.Contents.FetchAsync(id, commit, file, cancellationToken);
    }
}
