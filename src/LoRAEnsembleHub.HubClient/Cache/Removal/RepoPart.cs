namespace LoRAEnsembleHub.Hub;

/// <summary>What goes of a repository of which something stays.</summary>
internal sealed record RepoPart
{
    public required IReadOnlyList<string> Snapshots { get; init; }

    public required IReadOnlyList<string> Refs { get; init; }

    public required IReadOnlyList<CachedBlob> Blobs { get; init; }

    public required IReadOnlyList<CachedBlob> Incomplete { get; init; }

    public required IReadOnlyList<string> Records { get; init; }

    public required long FreedBytes { get; init; }

    /// <summary>Works it out for one repository.</summary>
    /// <param name="repo">The repository.</param>
    /// <param name="gone">All snapshots that go, of any repository.</param>
    /// <param name="cleanAll">Whether also what belongs to no snapshot goes.</param>
    public static RepoPart Of(CachedRepo repo, HashSet<CachedRevision> gone, bool cleanAll)
    {
        var going = repo.Revisions.Where(gone.Contains).ToList();
        var staying = repo.Revisions.Except(going).ToList();
        var used = staying.SelectMany(revision => revision.Files).Select(file => file.BlobPath).ToHashSet(StringComparer.Ordinal);
        var freed = going
            .SelectMany(revision => revision.Files)
            .DistinctBy(file => file.BlobPath)
            .Where(file => !used.Contains(file.BlobPath))
            .OrderBy(file => file.BlobPath, StringComparer.Ordinal)
            .ToList();

        // Only what lies in the repository's own folder of contents is ever removed, wherever a link leads; copies go with their snapshot.
        var place = Path.Combine(repo.Folder, "blobs");
        var own = freed.Where(file => Path.GetDirectoryName(file.BlobPath) == place);
        var copies = freed.Where(file => file.BlobPath == file.Path).Sum(file => file.Size);
        List<CachedBlob> blobs = [.. own.Select(file => new CachedBlob { Path = file.BlobPath, Size = file.Size })];
        if (cleanAll)
        {
            blobs.AddRange(repo.Orphans);
        }

        IReadOnlyList<CachedBlob> incomplete = cleanAll ? repo.Incomplete : [];
        var commits = going.Select(revision => revision.Commit).ToHashSet(StringComparer.Ordinal);
        var kept = staying.Select(revision => revision.Commit).ToHashSet(StringComparer.Ordinal);
        return new()
        {
            Snapshots = [.. going.Select(revision => revision.Folder)],
            Refs = [.. repo.Refs.Where(pair => commits.Contains(pair.Value)).Select(pair => RefPath(repo, pair.Key))],
            Blobs = blobs,
            Incomplete = incomplete,
            Records = [.. RecordPaths(repo.Folder, commit => commits.Contains(commit) || (cleanAll && !kept.Contains(commit)))],
            FreedBytes = blobs.Sum(blob => blob.Size) + incomplete.Sum(blob => blob.Size) + copies,
        };
    }

    private static string RefPath(CachedRepo repo, string name) =>
        Path.Combine(repo.Folder, "refs", name.Replace('/', Path.DirectorySeparatorChar));

    private static IEnumerable<string> RecordPaths(string folder, Func<string, bool> goes)
    {
        var listings = FolderWalk.Entries(Path.Combine(folder, "trees")).Where(entry => goes(Path.GetFileNameWithoutExtension(entry.Name)));
        var marks = FolderWalk.Entries(Path.Combine(folder, ".no_exist")).Where(entry => goes(entry.Name));
        return listings.Concat(marks).Select(entry => entry.FullName);
    }
}
