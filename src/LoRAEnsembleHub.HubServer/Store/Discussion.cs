using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A pull request, or a discussion without changes.</summary>
internal sealed record Discussion
{
    /// <summary>Its number in the repository, from 1.</summary>
    public required int Number { get; init; }

    public required string Title { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Who opened it.</summary>
    public required string Author { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary><c>open</c>, <c>closed</c>, <c>merged</c> or <c>draft</c>.</summary>
    public string Status { get; init; } = "open";

    /// <summary>The last commit of the proposal; null for a discussion without changes.</summary>
    public CommitHash? Head { get; init; }

    /// <summary>The commit of the branch from which the proposal began.</summary>
    public CommitHash? Base { get; init; }

    /// <summary>The branch it is meant for.</summary>
    public string Target { get; init; } = RepoState.DefaultBranch;

    /// <summary>The commit that merged it.</summary>
    public CommitHash? MergedAs { get; init; }

    /// <summary>The name of its branch.</summary>
    public string Reference => string.Create(CultureInfo.InvariantCulture, $"refs/pr/{Number}");
}
