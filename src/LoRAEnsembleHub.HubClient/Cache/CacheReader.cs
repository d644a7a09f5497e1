namespace LoRAEnsembleHub.Hub;

/// <summary>Answers what the cache has. Reads only.</summary>
internal sealed class CacheReader
{
    public CacheReader(CacheLayout layout) => Layout = layout;

    public CacheLayout Layout { get; }

    /// <returns>The commit that a revision stood for when it was last asked for; null if it never was.</returns>
    public async Task<CommitHash?> ReadRefAsync(RepoId repo, Revision revision, CancellationToken cancellationToken)
    {
        if (revision.Commit is { } commit)
        {
            return commit;
        }

        var text = await AtomicFile.ReadAsync(Layout.Ref(repo, revision), cancellationToken).ConfigureAwait(false);
        return CommitHash.TryParse(text, out var found) ? found : null;
    }

    /// <returns>All files of a commit, whether or not they were pulled; null if the listing is not here.</returns>
    public async Task<IReadOnlyList<RepoFile>?> ReadTreeAsync(RepoId repo, CommitHash commit, CancellationToken cancellationToken) =>
        await AtomicFile.ReadAsync(Layout.Tree(repo, commit), cancellationToken).ConfigureAwait(false) is { } text
            ? TreeFile.Read(text)
            : null;

    /// <returns>Whether content is here, of that size.</returns>
    /// <remarks>The name is trusted; the content is not hashed again.</remarks>
    public bool HasBlob(RepoId repo, ContentHash hash, long size) =>
        new FileInfo(Layout.Blob(repo, hash)) is { Exists: true, LinkTarget: null } blob && blob.Length == size;

    /// <returns>Where a file of a snapshot lies; null if it is not here.</returns>
    public string? FindFile(RepoId repo, CommitHash commit, string path)
    {
        var pointer = Layout.Pointer(repo, commit, path);
        return File.Exists(pointer) && File.ResolveLinkTarget(pointer, returnFinalTarget: true) is null or { Exists: true }
            ? pointer
            : null;
    }

    /// <returns>Whether it is known that a commit has no such file.</returns>
    public bool IsKnownAbsent(RepoId repo, CommitHash commit, string path) => File.Exists(Layout.Absent(repo, commit, path));
}
