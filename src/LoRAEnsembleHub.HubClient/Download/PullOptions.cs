namespace LoRAEnsembleHub.Hub;

/// <summary>What of a repository to pull, and where to.</summary>
public sealed record PullOptions
{
    /// <summary>Everything of the branch <c>main</c>, into the cache.</summary>
    public static PullOptions Default { get; } = new();

    /// <summary>Which state.</summary>
    public Revision Revision { get; init; } = Revision.Main;

    /// <summary>The files to pull, by their exact names; null for all. Each must be there.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>Which of the files, by patterns.</summary>
    public FilePatterns Patterns { get; init; } = FilePatterns.All;

    /// <summary>A folder of the user's to put the files into; null for the cache.</summary>
    public string? LocalFolder { get; init; }

    /// <summary>Whether to fetch also what is here already.</summary>
    public bool ForceDownload { get; init; }

    /// <summary>Whether to start even if the files seem not to fit on the disk, as where free space is reported wrongly.</summary>
    public bool SkipSpaceCheck { get; init; }

    internal PullOptions Checked()
    {
        ArgumentNullException.ThrowIfNull(Revision);
        ArgumentNullException.ThrowIfNull(Patterns);
        foreach (var file in Files ?? [])
        {
            RepoPath.Check(file);
        }

        return this;
    }
}
