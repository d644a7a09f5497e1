namespace LoRAEnsembleHub.Hub;

/// <summary>One branch, tag or pull request.</summary>
public sealed record RepoRef
{
    /// <summary>The short name, such as <c>main</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Git's full name, such as <c>refs/heads/main</c>.</summary>
    public required string FullName { get; init; }

    /// <summary>The commit that it stands for now.</summary>
    public required CommitHash Commit { get; init; }
}

/// <summary>The names that a repository gives to commits.</summary>
public sealed record RepoRefs
{
    /// <summary>The branches.</summary>
    public required IReadOnlyList<RepoRef> Branches { get; init; }

    /// <summary>The tags.</summary>
    public required IReadOnlyList<RepoRef> Tags { get; init; }

    /// <summary>The pull requests; empty unless asked for.</summary>
    public required IReadOnlyList<RepoRef> PullRequests { get; init; }

    internal static RepoRefs From(RefsAnswer answer) =>
        new()
        {
            Branches = Checked(answer.Branches),
            Tags = Checked(answer.Tags),
            PullRequests = Checked(answer.PullRequests),
        };

    // A name that could not be asked for is of no use, and must not reach a path.
    private static RepoRef[] Checked(RefAnswer[]? answers) =>
        [
            .. (answers ?? [])
                .OfType<RefAnswer>()
                .Where(answer =>
                    Revision.IsValid(answer.Name) && Revision.IsValid(answer.Ref) && CommitHash.TryParse(answer.TargetCommit, out _)
                )
                .Select(answer => new RepoRef
                {
                    Name = answer.Name!,
                    FullName = answer.Ref!,
                    Commit = CommitHash.Parse(answer.TargetCommit!),
                }),
        ];
}
