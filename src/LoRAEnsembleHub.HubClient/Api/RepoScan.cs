namespace LoRAEnsembleHub.Hub;

/// <summary>What a hub's scan of a repository's files found.</summary>
public sealed record RepoScan
{
    /// <summary>Whether all files were looked at.</summary>
    public required bool IsDone { get; init; }

    /// <summary>The files that the scan objects to; none if all is well so far.</summary>
    public required IReadOnlyList<ScanIssue> Issues { get; init; }

    internal static RepoScan From(ScanAnswer answer) =>
        new()
        {
            IsDone = answer.ScansDone ?? false,
            Issues =
            [
                .. (answer.FilesWithIssues ?? [])
                    .OfType<ScanIssueAnswer>()
                    .Select(issue => new ScanIssue(HubText.Shown(issue.Path ?? ""), HubText.Shown(issue.Level ?? "unknown"))),
            ],
        };
}

/// <summary>A file that a scan objects to.</summary>
/// <param name="Path">Its name, made safe to show.</param>
/// <param name="Level">How much: <c>unsafe</c>, <c>suspicious</c>, <c>caution</c>, …</param>
public sealed record ScanIssue(string Path, string Level);
