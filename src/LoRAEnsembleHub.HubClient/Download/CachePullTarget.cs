namespace LoRAEnsembleHub.Hub;

/// <summary>Puts pulled files into the cache that Hugging Face's tools share: each content once, snapshots of links to it.</summary>
/// <param name="writer">The cache.</param>
/// <param name="repo">The repository.</param>
/// <param name="replace">Whether content that is here already is replaced by what was fetched.</param>
internal sealed class CachePullTarget(CacheWriter writer, RepoId repo, bool replace) : IPullTarget
{
    private readonly CacheReader reader = writer.Reader;

    public string Root => writer.Layout.Root;

    public string Folder(CommitHash commit) => writer.Layout.Snapshot(repo, commit);

    public string Place(CommitHash commit, string path) => writer.Layout.Pointer(repo, commit, path);

    public Task<CommitHash?> ReadRefAsync(Revision revision, CancellationToken cancellationToken) =>
        reader.ReadRefAsync(repo, revision, cancellationToken);

    public Task<IReadOnlyList<RepoFile>?> ReadTreeAsync(CommitHash commit, CancellationToken cancellationToken) =>
        reader.ReadTreeAsync(repo, commit, cancellationToken);

    public Task WriteTreeAsync(CommitHash commit, IReadOnlyList<RepoFile> files, CancellationToken cancellationToken) =>
        writer.WriteTreeAsync(repo, commit, files, cancellationToken);

    public bool IsKnownAbsent(CommitHash commit, string path) => reader.IsKnownAbsent(repo, commit, path);

    public Task WriteAbsentAsync(CommitHash commit, string path, CancellationToken cancellationToken) =>
        writer.WriteAbsentAsync(repo, commit, path, cancellationToken);

    public Task<bool> HasAsync(CommitHash commit, RepoFile file, CancellationToken cancellationToken)
    {
        if (reader.FindFile(repo, commit, file.Path) is not { } pointer)
        {
            return Task.FromResult(false);
        }

        // A link says by its target's name what it leads to; a real file (no links there, or another tool's choice) is judged by its length.
        var link = File.ResolveLinkTarget(pointer, returnFinalTarget: true);
        var isRight =
            new FileInfo(link?.FullName ?? pointer).Length == file.Size
            && (link is null || link.Name == file.Hash.Hex || !ContentHash.TryParse(link.Name, out _));
        return Task.FromResult(isRight);
    }

    public long HeldBytes(RepoFile file)
    {
        if (reader.HasBlob(repo, file.Hash, file.Size))
        {
            return file.Size;
        }

        var partial = new FileInfo(PartialFiles.SharedPath(writer.Layout.Blob(repo, file.Hash)));
        return partial.Exists ? Math.Min(partial.Length, file.Size) : 0;
    }

    public IEnumerable<IReadOnlyList<RepoFile>> Units(IEnumerable<RepoFile> files) =>
        files.GroupBy(file => (file.Hash, file.Size)).Select(group => group.ToArray());

    public Task<IDisposable> LockAsync(RepoFile file, CancellationToken cancellationToken) =>
        writer.LockAsync(repo, file.Hash, cancellationToken);

    public async Task<bool> TryAdoptAsync(CommitHash commit, IReadOnlyList<RepoFile> unit, CancellationToken cancellationToken)
    {
        if (!reader.HasBlob(repo, unit[0].Hash, unit[0].Size))
        {
            return false;
        }

        await LinkAsync(commit, unit, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public Task<PartialFile> OpenPartialAsync(RepoFile file, string source, CancellationToken cancellationToken) =>
        writer.OpenPartialAsync(repo, file.Hash, file.Size, source, cancellationToken);

    public async Task StoreAsync(CommitHash commit, IReadOnlyList<RepoFile> unit, PartialFile partial, CancellationToken cancellationToken)
    {
        await writer.CompleteAsync(repo, partial, replace, cancellationToken).ConfigureAwait(false);
        await LinkAsync(commit, unit, cancellationToken).ConfigureAwait(false);
    }

    public Task WriteRefAsync(Revision revision, CommitHash commit, CancellationToken cancellationToken) =>
        writer.WriteRefAsync(repo, revision, commit, cancellationToken);

    private async Task LinkAsync(CommitHash commit, IReadOnlyList<RepoFile> unit, CancellationToken cancellationToken)
    {
        foreach (var file in unit)
        {
            await writer.LinkAsync(repo, commit, file.Path, file.Hash, cancellationToken).ConfigureAwait(false);
        }
    }
}
