namespace LoRAEnsembleHub.Hub;

/// <summary>Where pulled files go: the shared cache or a folder of the user's.</summary>
internal interface IPullTarget
{
    /// <summary>A folder on the disk that the files go to; for the look at free space.</summary>
    string Root { get; }

    /// <returns>The folder that a snapshot is handed out as.</returns>
    string Folder(CommitHash commit);

    /// <returns>Where a file is or would be.</returns>
    string Place(CommitHash commit, string path);

    /// <returns>The commit that a revision stood for last; null if that is not known here.</returns>
    Task<CommitHash?> ReadRefAsync(Revision revision, CancellationToken cancellationToken);

    /// <returns>All files of a commit; null if that is not known here.</returns>
    Task<IReadOnlyList<RepoFile>?> ReadTreeAsync(CommitHash commit, CancellationToken cancellationToken);

    /// <summary>Keeps the listing of a commit.</summary>
    Task WriteTreeAsync(CommitHash commit, IReadOnlyList<RepoFile> files, CancellationToken cancellationToken);

    /// <returns>Whether it is known here that a commit has no such file.</returns>
    bool IsKnownAbsent(CommitHash commit, string path);

    /// <summary>Remembers that a commit has no such file.</summary>
    Task WriteAbsentAsync(CommitHash commit, string path, CancellationToken cancellationToken);

    /// <returns>Whether a file is in its place, with the content that it has at the commit.</returns>
    Task<bool> HasAsync(CommitHash commit, RepoFile file, CancellationToken cancellationToken);

    /// <returns>How many bytes of a file are here in any form, so that they need not be fetched.</returns>
    long HeldBytes(RepoFile file);

    /// <returns>Files that one fetch serves, together.</returns>
    IEnumerable<IReadOnlyList<RepoFile>> Units(IEnumerable<RepoFile> files);

    /// <summary>Keeps others from fetching the same; they find it done when they get the lock.</summary>
    Task<IDisposable> LockAsync(RepoFile file, CancellationToken cancellationToken);

    /// <summary>Puts files into their places if their content is here already.</summary>
    /// <returns>Whether it was.</returns>
    Task<bool> TryAdoptAsync(CommitHash commit, IReadOnlyList<RepoFile> unit, CancellationToken cancellationToken);

    /// <summary>Opens what an earlier run left of a file.</summary>
    Task<PartialFile> OpenPartialAsync(RepoFile file, string source, CancellationToken cancellationToken);

    /// <summary>Puts fetched content into its places.</summary>
    Task StoreAsync(CommitHash commit, IReadOnlyList<RepoFile> unit, PartialFile partial, CancellationToken cancellationToken);

    /// <summary>Remembers, last, what a revision stands for.</summary>
    Task WriteRefAsync(Revision revision, CommitHash commit, CancellationToken cancellationToken);
}
