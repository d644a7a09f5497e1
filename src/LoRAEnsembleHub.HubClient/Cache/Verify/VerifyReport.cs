namespace LoRAEnsembleHub.Hub;

/// <summary>What checking the bytes of a cache against their names and listings found.</summary>
public sealed record VerifyReport
{
    /// <summary>One entry for each repository that was checked.</summary>
    public required IReadOnlyList<VerifiedRepo> Repos { get; init; }

    /// <summary>What cannot be read as a repository; contents that are there were checked by their names all the same.</summary>
    public required IReadOnlyList<CacheWarning> Warnings { get; init; }

    /// <summary>How many contents were read.</summary>
    public int CheckedFiles => Repos.Sum(repo => repo.CheckedFiles);

    /// <summary>How many bytes were read.</summary>
    public long CheckedBytes => Repos.Sum(repo => repo.CheckedBytes);

    /// <summary>Whether all bytes are those that were announced.</summary>
    public bool IsSound => Repos.All(repo => repo.Mismatches.All(mismatch => mismatch.IsRepaired));
}

/// <summary>What was found in one repository.</summary>
public sealed record VerifiedRepo
{
    /// <summary>Its id.</summary>
    public required RepoId Id { get; init; }

    /// <summary>How many contents were read; each once, whatever number of snapshots has it.</summary>
    public required int CheckedFiles { get; init; }

    /// <summary>How many bytes were read.</summary>
    public required long CheckedBytes { get; init; }

    /// <summary>Contents that are not what their name or a listing says.</summary>
    public required IReadOnlyList<ContentMismatch> Mismatches { get; init; }

    /// <summary>What the listings of its snapshots say; none for snapshots without a listing.</summary>
    public required IReadOnlyList<VerifiedRevision> Revisions { get; init; }

    /// <summary>Files that nothing says the hash of: copies without a listing, contents with a name that is no hash.</summary>
    public required IReadOnlyList<string> Unverifiable { get; init; }
}

/// <summary>One snapshot against the listing of its commit.</summary>
public sealed record VerifiedRevision
{
    /// <summary>The commit.</summary>
    public required CommitHash Commit { get; init; }

    /// <summary>Files of the commit that are not in the snapshot: a pull by patterns leaves them out.</summary>
    public required IReadOnlyList<RepoFile> Missing { get; init; }

    /// <summary>Files of the snapshot that are not in the commit.</summary>
    public required IReadOnlyList<string> Extra { get; init; }
}

/// <summary>A content that is not what it should be.</summary>
public sealed record ContentMismatch
{
    /// <summary>Where the bytes lie, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>What they should be.</summary>
    public required ContentHash Expected { get; init; }

    /// <summary>What they are, hashed the same way.</summary>
    public required ContentHash Actual { get; init; }

    /// <summary>How many there are.</summary>
    public required long Size { get; init; }

    /// <summary>The files of snapshots that have these bytes.</summary>
    public required IReadOnlyList<CachedUse> Uses { get; init; }

    /// <summary>Whether the bytes were removed, so that the next pull fetches them.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>Whether right bytes were fetched in their place.</summary>
    public bool IsRepaired { get; init; }

    /// <summary>Why they were not removed or fetched; null if that worked or was not asked for.</summary>
    public string? Failure { get; init; }
}

/// <summary>A file of a snapshot.</summary>
public sealed record CachedUse
{
    /// <summary>The snapshot's commit; null if its folder is not named for one.</summary>
    public CommitHash? Commit { get; init; }

    /// <summary>The file's name in the repository.</summary>
    public required string Name { get; init; }

    /// <summary>Where it lies in the snapshot, absolute.</summary>
    public required string Path { get; init; }
}
