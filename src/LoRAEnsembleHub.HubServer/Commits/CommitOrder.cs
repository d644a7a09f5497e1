namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A commit to be made.</summary>
internal sealed record CommitOrder
{
    /// <summary>The branch, or <c>refs/pr/N</c>.</summary>
    public required string Reference { get; init; }

    /// <summary>Whether the branch stays, and a new pull request takes the commit.</summary>
    public bool AsPullRequest { get; init; }

    /// <summary>The first digits of the commit that the branch must be at; null for any.</summary>
    public string? Parent { get; init; }

    public required string Author { get; init; }

    public required string Title { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Makes the files after from the files before.</summary>
    public required Func<FileTree, FileTree> Change { get; init; }
}
