namespace LoRAEnsembleHub.Hub;

/// <summary>Puts pulled files into a folder of the user's, as huggingface_hub's <c>local_dir</c> does: real files, and records of them.</summary>
/// <param name="folder">The folder.</param>
/// <param name="cache">The shared cache, whose content is copied rather than fetched again.</param>
/// <param name="repo">The repository.</param>
internal sealed class LocalPullTarget(LocalFolder folder, CacheReader cache, RepoId repo) : IPullTarget
{
    public string Root => folder.Root;

    public string Folder(CommitHash commit) => folder.Root;

    public string Place(CommitHash commit, string path) => folder.File(path);

    // Names of commits are not recorded in such a folder.
    public Task<CommitHash?> ReadRefAsync(Revision revision, CancellationToken cancellationToken) => Task.FromResult(revision.Commit);

    public Task<IReadOnlyList<RepoFile>?> ReadTreeAsync(CommitHash commit, CancellationToken cancellationToken) =>
        folder.ReadTreeAsync(commit, cancellationToken);

    public Task WriteTreeAsync(CommitHash commit, IReadOnlyList<RepoFile> files, CancellationToken cancellationToken) =>
        folder.WriteTreeAsync(commit, files, cancellationToken);

    public bool IsKnownAbsent(CommitHash commit, string path) => false;

    public Task WriteAbsentAsync(CommitHash commit, string path, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<bool> HasAsync(CommitHash commit, RepoFile file, CancellationToken cancellationToken) =>
        await folder.ReadRecordAsync(file.Path, cancellationToken).ConfigureAwait(false) is { } record
        && record.Commit == commit
        && record.Hash == file.Hash;

    public long HeldBytes(RepoFile file) => 0;

    public IEnumerable<IReadOnlyList<RepoFile>> Units(IEnumerable<RepoFile> files) => files.Select(file => new[] { file });

    public Task<IDisposable> LockAsync(RepoFile file, CancellationToken cancellationToken) =>
        folder.LockAsync(file.Path, cancellationToken);

    public async Task<bool> TryAdoptAsync(CommitHash commit, IReadOnlyList<RepoFile> unit, CancellationToken cancellationToken)
    {
        var file = unit[0];
        var record = await folder.ReadRecordAsync(file.Path, cancellationToken).ConfigureAwait(false);
        if (record?.Hash != file.Hash && !await IsSameAsync(file, cancellationToken).ConfigureAwait(false))
        {
            if (!cache.HasBlob(repo, file.Hash, file.Size))
            {
                return false;
            }

            await folder.CopyAsync(file.Path, cache.Layout.Blob(repo, file.Hash), cancellationToken).ConfigureAwait(false);
        }

        await folder.WriteRecordAsync(file.Path, commit, file.Hash, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public Task<PartialFile> OpenPartialAsync(RepoFile file, string source, CancellationToken cancellationToken) =>
        folder.OpenPartialAsync(file.Path, file.Hash, file.Size, source, cancellationToken);

    public async Task StoreAsync(CommitHash commit, IReadOnlyList<RepoFile> unit, PartialFile partial, CancellationToken cancellationToken)
    {
        await folder.CompleteAsync(unit[0].Path, partial, cancellationToken).ConfigureAwait(false);
        await folder.WriteRecordAsync(unit[0].Path, commit, unit[0].Hash, cancellationToken).ConfigureAwait(false);
    }

    public Task WriteRefAsync(Revision revision, CommitHash commit, CancellationToken cancellationToken) => Task.CompletedTask;

    // A file that somebody put there, or changed and changed back: its hash says whether it is the one.
    private async Task<bool> IsSameAsync(RepoFile file, CancellationToken cancellationToken)
    {
        var path = folder.File(file.Path);
        if (new FileInfo(path) is not { Exists: true, LinkTarget: null } found || found.Length != file.Size)
        {
            return false;
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
        await using (stream.ConfigureAwait(false))
        {
            using var hasher = ContentHasher.For(file.Hash, file.Size);
            return await hasher.AppendAsync(stream, cancellationToken).ConfigureAwait(false) == file.Size && hasher.Finish() == file.Hash;
        }
    }
}
