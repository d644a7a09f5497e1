namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A repository as it is read: of the store, of a plain folder, or of the hub above.</summary>
internal interface IRepository
{
    RepoId Id { get; }

    /// <summary>Branches, tags and settings at the time of the request; a value, so that one answer never mixes two states.</summary>
    RepoState State { get; }

    /// <returns>The commit; null if the repository has none of that hash.</returns>
    Task<CommitEntry?> FindCommitAsync(CommitHash hash, CancellationToken cancellationToken);

    /// <returns>The files of a commit that <see cref="FindCommitAsync"/> found.</returns>
    Task<FileTree> ReadTreeAsync(CommitEntry commit, CancellationToken cancellationToken);

    /// <returns>A file on disk that holds exactly the content of <paramref name="file"/>.</returns>
    /// <exception cref="RequestFault">The content cannot be had now.</exception>
    Task<string> LocateAsync(StoredFile file, CancellationToken cancellationToken);
}
