namespace LoRAEnsembleHub.Hub;

/// <summary>Which files a pull is about, once it is known.</summary>
/// <param name="Commit">At which commit.</param>
/// <param name="Files">The files that were asked for; names checked.</param>
/// <param name="Outage">Why the hub was not asked; then all files are in their places already. Null if it was asked or need not be.</param>
/// <param name="IsKnownComplete">Whether these are surely all files that were asked for.</param>
internal sealed record PullSelection(CommitHash Commit, IReadOnlyList<RepoFile> Files, HubException? Outage, bool IsKnownComplete);
