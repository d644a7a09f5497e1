namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What became of a commit.</summary>
/// <param name="Commit">Where the branch is now.</param>
/// <param name="PullRequest">The pull request that took it; null if none was asked for.</param>
internal sealed record CommitOutcome(CommitHash Commit, Discussion? PullRequest);
