using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>All of a repository that can change: it is replaced as a whole, by one rename.</summary>
internal sealed record RepoState
{
    public const string DefaultBranch = "main";

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    public bool Private { get; init; }

    /// <summary><c>auto</c> or <c>manual</c> where consent is asked for; null otherwise.</summary>
    public string? Gated { get; init; }

    public ImmutableDictionary<string, CommitHash> Branches { get; init; } = ImmutableDictionary<string, CommitHash>.Empty;

    public ImmutableDictionary<string, CommitHash> Tags { get; init; } = ImmutableDictionary<string, CommitHash>.Empty;

    public ImmutableList<Discussion> Discussions { get; init; } = [];

    /// <summary>Finds what a revision means now; a commit hash means itself, whether or not there is such a commit.</summary>
    /// <param name="revision">A branch, a tag, <c>refs/…</c>, <c>HEAD</c> or a commit hash.</param>
    /// <param name="commit">The commit.</param>
    /// <returns>Whether it means anything.</returns>
    public bool TryResolve(string revision, [NotNullWhen(true)] out CommitHash? commit)
    {
        commit = revision switch
        {
            "HEAD" => Branches.GetValueOrDefault(DefaultBranch),
            _ when revision.StartsWith("refs/heads/", StringComparison.Ordinal) => Branches.GetValueOrDefault(
                revision["refs/heads/".Length..]
            ),
            _ when revision.StartsWith("refs/tags/", StringComparison.Ordinal) => Tags.GetValueOrDefault(revision["refs/tags/".Length..]),
            _ when revision.StartsWith("refs/pr/", StringComparison.Ordinal) => PullRequest(revision)?.Head,
            _ when Branches.TryGetValue(revision, out var branch) => branch,
            _ when Tags.TryGetValue(revision, out var tag) => tag,
            _ => CommitHash.TryParse(revision, out var hash) ? hash : null,
        };
        return commit is not null;
    }

    /// <returns>The pull request whose branch is <paramref name="revision"/>; null if there is none.</returns>
    public Discussion? PullRequest(string revision) =>
        Discussions.Find(discussion => discussion.Head is not null && discussion.Reference == revision);
}
