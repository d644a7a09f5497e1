namespace LoRAEnsembleHub.Hub;

/// <summary>What of a cache is checked, and what is done about wrong bytes.</summary>
public sealed record VerifyOptions
{
    /// <summary>The repository; null for all.</summary>
    public RepoId? Repo { get; init; }

    /// <summary>The commit to check; null for all of the repository. Contents of other commits are not read then.</summary>
    public CommitHash? Commit { get; init; }

    /// <summary>Whether wrong bytes are removed, with the files of snapshots that have them, so that the next pull fetches them.</summary>
    public bool Repair { get; init; }

    /// <summary>Fetches a file again after its wrong bytes were removed; null to leave that to the next pull.</summary>
    public Func<RepairRequest, CancellationToken, Task>? Fetch { get; init; }
}

/// <summary>One file to fetch again.</summary>
/// <param name="Repo">The repository.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Path">The file's name in the repository.</param>
public sealed record RepairRequest(RepoId Repo, CommitHash Commit, string Path);

/// <summary>How far a check has come.</summary>
/// <param name="Repo">The repository at hand.</param>
/// <param name="CheckedBytes">Bytes read so far, of all repositories.</param>
/// <param name="TotalBytes">Bytes to read in all.</param>
public sealed record VerifyProgress(RepoId Repo, long CheckedBytes, long TotalBytes);
