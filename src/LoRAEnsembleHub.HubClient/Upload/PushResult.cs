namespace LoRAEnsembleHub.Hub;

/// <summary>What a push did.</summary>
public sealed record PushResult
{
    /// <summary>Where it went.</summary>
    public required RepoId Repo { get; init; }

    /// <summary>The branch, or <c>refs/pr/N</c> if a pull request was opened.</summary>
    public required Revision Revision { get; init; }

    /// <summary>The commits that were made, oldest first; none if nothing had changed.</summary>
    public required IReadOnlyList<CommitHash> Commits { get; init; }

    /// <summary>The page of the pull request that was opened; null if none was.</summary>
    public Uri? PullRequest { get; init; }

    /// <summary>The state of the branch after the push; null if the repository has no commit.</summary>
    public CommitHash? Head { get; init; }

    /// <summary>Files that are new or changed, by name.</summary>
    public required IReadOnlyList<string> Pushed { get; init; }

    /// <summary>Files that the hub had already, so that they were left alone.</summary>
    public required IReadOnlyList<string> Unchanged { get; init; }

    /// <summary>Files that the hub ignores by the rules of the repository's <c>.gitignore</c>.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>Files that were deleted.</summary>
    public required IReadOnlyList<string> Deleted { get; init; }

    /// <summary>Bytes of files that were sent, those of failed tries too.</summary>
    public required long BytesSent { get; init; }

    /// <summary>What the hub found odd about the model card.</summary>
    public IReadOnlyList<string> CardWarnings { get; init; } = [];

    /// <summary>Whether the repository was made for this push.</summary>
    public bool RepoCreated { get; init; }

    /// <summary>Whether the branch was made for this push.</summary>
    public bool BranchCreated { get; init; }
}
