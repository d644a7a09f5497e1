namespace LoRAEnsembleHub.Hub;

/// <summary>Where a commit goes.</summary>
internal sealed record CommitTarget
{
    /// <summary>The repository.</summary>
    public required RepoId Repo { get; init; }

    /// <summary>The branch, or the one that a pull request is against.</summary>
    public required Revision Revision { get; init; }

    /// <summary>Whether to open a pull request.</summary>
    public bool CreatePullRequest { get; init; }

    /// <summary>Where the branch stood before; null if it had no commit.</summary>
    public CommitHash? Head { get; init; }

    /// <summary>Where the branch must stand; null if anywhere will do.</summary>
    public CommitHash? Parent { get; init; }
}
