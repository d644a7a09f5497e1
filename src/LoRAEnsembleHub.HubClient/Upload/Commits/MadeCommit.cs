namespace LoRAEnsembleHub.Hub;

/// <summary>A commit that a hub made.</summary>
/// <param name="Hash">The commit.</param>
/// <param name="PullRequest">The page of the pull request that it opened; null if it opened none.</param>
internal sealed record MadeCommit(CommitHash Hash, Uri? PullRequest)
{
    /// <summary>The revision that the pull request is, <c>refs/pr/N</c>; null if there is none or its page does not tell.</summary>
    public Revision? PullRequestRevision =>
        PullRequest?.AbsolutePath.TrimEnd('/').Split('/')[^1] is { Length: > 0 and < 10 } number && number.All(char.IsAsciiDigit)
            ? Revision.Parse($"refs/pr/{number}")
            : null;
}
