namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A plain folder as it was at one request: one commit, one branch, no history.</summary>
internal sealed class FolderSnapshot(FolderRepository folder, CommitEntry commit, FileTree tree, RepoState state) : IRepository
{
    public RepoId Id => folder.Id;

    public RepoState State => state;

    public CommitEntry Commit => commit;

    public FileTree Tree => tree;

    public Task<CommitEntry?> FindCommitAsync(CommitHash hash, CancellationToken cancellationToken) =>
        Task.FromResult(hash == commit.Hash ? commit : folder.Earlier(hash)?.Commit);

    public Task<FileTree> ReadTreeAsync(CommitEntry commit, CancellationToken cancellationToken) =>
        Task.FromResult(
            commit.Hash == Commit.Hash ? tree : folder.Earlier(commit.Hash)?.Tree ?? throw RequestFault.RevisionNotFound(commit.Hash.Hex)
        );

    public Task<string> LocateAsync(StoredFile file, CancellationToken cancellationToken) =>
        tree.Find(file.Path) is { } now && now.Hash == file.Hash
            ? Task.FromResult(folder.PathOf(file))
            : throw new RequestFault(404, $"{HubText.Shown(file.Path)} has changed in the served folder; pull again.", "RevisionNotFound");
}
