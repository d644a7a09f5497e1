namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A repository of the store: read from any number of requests, changed by one at a time.</summary>
internal sealed class StoredRepository : IRepository, IDisposable
{
    private readonly RepoFolder folder;
    private readonly ObjectStore objects;
    private readonly TreeCache trees;
    private readonly SemaphoreSlim turn = new(1, 1);
    private volatile RepoState state;
    private bool gone;

    public StoredRepository(RepoId id, RepoFolder folder, RepoState state, ObjectStore objects, TreeCache trees) =>
        (Id, this.folder, this.state, this.objects, this.trees) = (id, folder, state, objects, trees);

    public RepoId Id { get; }

    public RepoState State => state;

    public async Task<CommitEntry?> FindCommitAsync(CommitHash hash, CancellationToken cancellationToken) =>
        await folder.ReadCommitAsync(hash, cancellationToken).ConfigureAwait(false) is { } commit ? CommitEntry.Of(commit) : null;

    public Task<FileTree> ReadTreeAsync(CommitEntry commit, CancellationToken cancellationToken) =>
        trees.GetAsync(commit.Tree, () => folder.ReadTreeAsync(commit.Tree, cancellationToken));

    public Task<string> LocateAsync(StoredFile file, CancellationToken cancellationToken) =>
        objects.TryFind(file.Hash, out var found) && found.Length == file.Size
            ? Task.FromResult(found.FullName)
            : throw new RequestFault(500, $"The content of {HubText.Shown(file.Path)} is missing from the store.");

    /// <summary>Changes branches, tags or settings: the new state is on the disk when the task ends, or the old one stays.</summary>
    /// <param name="change">Makes the new state; returning the old one writes nothing. It may add commits first.</param>
    /// <param name="cancellationToken">Stops it before the new state counts.</param>
    /// <returns>The state after.</returns>
    /// <exception cref="RequestFault">404: the repository has been deleted or moved meanwhile.</exception>
    public async Task<RepoState> ChangeAsync(Func<RepoFolder, RepoState, Task<RepoState>> change, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (gone)
            {
                throw RequestFault.RepoNotFound();
            }

            var next = await change(folder, state).ConfigureAwait(false);
            if (!ReferenceEquals(next, state))
            {
                await folder.WriteStateAsync(next, cancellationToken).ConfigureAwait(false);
                state = next;
            }

            return next;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Ends the repository under this name; whoever waits to change it is told that it is gone.</summary>
    /// <param name="remove">Takes its folder away.</param>
    /// <param name="cancellationToken">Stops the wait for changes under way.</param>
    public async Task EndAsync(Action<RepoState> remove, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (gone)
            {
                throw RequestFault.RepoNotFound();
            }

            remove(state);
            gone = true;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
