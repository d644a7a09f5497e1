namespace LoRAEnsembleHub.Hub;

/// <summary>The files of a repository at one commit, in a folder here.</summary>
public sealed record Snapshot
{
    /// <summary>The repository.</summary>
    public required RepoId Repo { get; init; }

    /// <summary>The revision that was asked for.</summary>
    public required Revision Revision { get; init; }

    /// <summary>The commit that it stood for.</summary>
    public required CommitHash Commit { get; init; }

    /// <summary>Where the files are. In the cache it is shared with other tools: read it, do not write into it.</summary>
    public required string Folder { get; init; }

    /// <summary>The files that were asked for.</summary>
    public required IReadOnlyList<PulledFile> Files { get; init; }

    /// <summary>
    /// Whether all files that were asked for are known to be here. False only for a snapshot that another tool left without its listing and that
    /// the hub could not be asked about.
    /// </summary>
    public required bool IsKnownComplete { get; init; }

    /// <summary>Why the hub was not asked, so that the snapshot may be older than the hub's; null if it was asked, or a commit was named.</summary>
    public HubException? Outage { get; init; }

    /// <summary>How many bytes came over the network, repeated ones counted again.</summary>
    public long FetchedBytes { get; init; }
}

/// <summary>One file of a snapshot.</summary>
public sealed record PulledFile
{
    /// <summary>Its name in the repository.</summary>
    public required string Path { get; init; }

    /// <summary>Where it is.</summary>
    public required string LocalPath { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required long Size { get; init; }

    /// <summary>Whether it was fetched by this pull.</summary>
    public bool WasFetched { get; init; }
}
