namespace LoRAEnsembleHub.Hub;

/// <summary>What a pull would do.</summary>
public sealed record PullPlan
{
    /// <summary>The repository.</summary>
    public required RepoId Repo { get; init; }

    /// <summary>The commit that the revision stands for.</summary>
    public required CommitHash Commit { get; init; }

    /// <summary>Where the files would be.</summary>
    public required string Folder { get; init; }

    /// <summary>The files that are asked for.</summary>
    public required IReadOnlyList<PlannedFile> Files { get; init; }

    /// <summary>How many bytes would be fetched.</summary>
    public long BytesToFetch => Files.Where(file => file.WillFetch).Sum(file => file.Size);
}

/// <summary>One file of a plan.</summary>
public sealed record PlannedFile
{
    /// <summary>Its name in the repository.</summary>
    public required string Path { get; init; }

    /// <summary>Where it would be.</summary>
    public required string LocalPath { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required long Size { get; init; }

    /// <summary>Its content.</summary>
    public required ContentHash Hash { get; init; }

    /// <summary>Whether its content is here already.</summary>
    public required bool IsCached { get; init; }

    /// <summary>Whether it would be fetched.</summary>
    public required bool WillFetch { get; init; }
}
