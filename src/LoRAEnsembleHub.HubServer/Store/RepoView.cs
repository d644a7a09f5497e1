namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A repository at one commit: what an answer about files is made from.</summary>
internal sealed record RepoView(IRepository Repo, CommitEntry Commit, FileTree Tree)
{
    /// <summary>Opens a revision.</summary>
    /// <param name="repo">The repository.</param>
    /// <param name="revision">A branch, tag, <c>refs/…</c>, <c>HEAD</c> or commit hash.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RequestFault">404 <c>RevisionNotFound</c>.</exception>
    public static async Task<RepoView> OpenAsync(IRepository repo, string revision, CancellationToken cancellationToken) =>
        await TryOpenAsync(repo, revision, cancellationToken).ConfigureAwait(false) ?? throw RequestFault.RevisionNotFound(revision);

    /// <summary>Opens the revision at the start of a path; it may itself hold slashes that a client did not encode.</summary>
    /// <returns>The view, and the path after the revision; empty for the top.</returns>
    /// <exception cref="RequestFault">404 <c>RevisionNotFound</c>.</exception>
    public static async Task<(RepoView View, string Path)> OpenAsync(
        IRepository repo,
        IReadOnlyList<string> parts,
        CancellationToken cancellationToken
    )
    {
        // No branch's name is the beginning of another's, up to a slash, so at most one length fits.
        for (var length = 1; length <= parts.Count; length++)
        {
            var revision = string.Join('/', parts.Take(length));
            if (await TryOpenAsync(repo, revision, cancellationToken).ConfigureAwait(false) is { } view)
            {
                return (view, string.Join('/', parts.Skip(length)));
            }
        }

        throw RequestFault.RevisionNotFound(parts.Count > 0 ? parts[0] : "");
    }

    /// <returns>The file; one that is missing is answered so that clients remember it.</returns>
    /// <exception cref="RequestFault">404 <c>EntryNotFound</c> with the commit.</exception>
    public StoredFile File(string path) => Tree.Find(path) ?? throw RequestFault.EntryNotFound(Commit.Hash);

    /// <summary>Reads a small file whole.</summary>
    /// <returns>Its text; null if there is none or it is longer than <paramref name="most"/> bytes.</returns>
    public async Task<string?> ReadTextAsync(string path, long most, CancellationToken cancellationToken) =>
        Tree.Find(path) is { } file && file.Size <= most
            ? await System
                .IO.File.ReadAllTextAsync(await Repo.LocateAsync(file, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false)
            : null;

    private static async Task<RepoView?> TryOpenAsync(IRepository repo, string revision, CancellationToken cancellationToken) =>
        repo.State.TryResolve(revision, out var hash)
        && await repo.FindCommitAsync(hash, cancellationToken).ConfigureAwait(false) is { } commit
            ? new(repo, commit, await repo.ReadTreeAsync(commit, cancellationToken).ConfigureAwait(false))
            : null;
}
