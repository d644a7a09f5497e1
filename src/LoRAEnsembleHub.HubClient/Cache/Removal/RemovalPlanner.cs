namespace LoRAEnsembleHub.Hub;

/// <summary>Works out what has to go from a cache, from a scan of it. Changes nothing.</summary>
/// <remarks>
/// For whole commits the plan is that of huggingface_hub's <c>delete_revisions</c>. What that leaves behind goes too: listings, marks of missing
/// files, contents that only hard links used.
/// </remarks>
internal sealed class RemovalPlanner
{
    private readonly CacheLayout layout;
    private readonly CacheScan scan;

    public RemovalPlanner(CacheLayout layout, CacheScan scan) => (this.layout, this.scan) = (layout, scan);

    /// <returns>A plan that removes repositories and commits.</returns>
    public RemovalPlan Remove(IReadOnlyCollection<CacheTarget> targets)
    {
        var wholeRepos = targets.Select(target => target.Repo).OfType<RepoId>().ToHashSet();
        var commits = targets.Select(target => target.Commit?.Hex).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var going = scan
            .Repos.SelectMany(repo => repo.Revisions.Select(revision => (repo, revision)))
            .Where(pair => wholeRepos.Contains(pair.repo.Id) || commits.Contains(pair.revision.Commit))
            .ToList();

        // A repository that cannot be read can still be removed: its folder is known by its name.
        var unread = wholeRepos
            .Where(id => going.TrueForAll(pair => pair.repo.Id != id) && Directory.Exists(layout.Repo(id)))
            .Select(layout.Repo)
            .ToList();
        var found = going.Select(pair => pair.revision.Commit).ToHashSet(StringComparer.Ordinal);
        return Combine(going, unread, cleanAll: false) with
        {
            NotFound =
            [
                .. targets
                    .Where(target =>
                        target.Commit is { } commit ? !found.Contains(commit.Hex) : !Directory.Exists(layout.Repo(target.Repo!))
                    )
                    .Select(target => target.ToString())
                    .Distinct(),
            ],
        };
    }

    /// <returns>A plan that removes what is of no use, and what was not used for longest if there is a limit.</returns>
    public RemovalPlan Prune(PruneOptions options)
    {
        var all = scan
            .Repos.SelectMany(repo => repo.Revisions.Select(revision => (repo, revision)))
            .OrderBy(pair => pair.revision.LastUsed)
            .ThenBy(pair => pair.revision.Folder, StringComparer.Ordinal)
            .ToList();
        var free = all.Where(pair => !options.Keep.Contains(pair.repo.Id)).ToList();
        var going = free.Where(pair => options.Detached && pair.revision.Refs.Count == 0).ToList();
        if (options.MaxBytes is { } limit)
        {
            going.AddRange(LeastUsed(free.Except(going), all.Except(going), limit));
        }

        return Combine(going, [], cleanAll: true);
    }

    // Bytes come free only with the last snapshot that has them, so they are counted down as snapshots go.
    private static List<(CachedRepo, CachedRevision Revision)> LeastUsed(
        IEnumerable<(CachedRepo, CachedRevision Revision)> candidates,
        IEnumerable<(CachedRepo, CachedRevision Revision)> staying,
        long limit
    )
    {
        var users = staying.SelectMany(pair => Contents(pair.Revision)).ToList();
        var uses = users.GroupBy(file => file.BlobPath, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count());
        var kept = users.DistinctBy(file => file.BlobPath).Sum(file => file.Size);
        var going = new List<(CachedRepo, CachedRevision Revision)>();
        foreach (var pair in candidates)
        {
            if (kept <= limit)
            {
                break;
            }

            going.Add(pair);
            kept -= Contents(pair.Revision).Where(file => --uses[file.BlobPath] == 0).Sum(file => file.Size);
        }

        return going;
    }

    private static IEnumerable<CachedFile> Contents(CachedRevision revision) => revision.Files.DistinctBy(file => file.BlobPath);

    private RemovalPlan Combine(List<(CachedRepo Repo, CachedRevision Revision)> going, List<string> unread, bool cleanAll)
    {
        var gone = going.Select(pair => pair.Revision).ToHashSet();
        var whole = going.Select(pair => pair.Repo).Distinct().Where(repo => repo.Revisions.All(gone.Contains)).ToList();
        var parts = scan.Repos.Except(whole).Select(repo => RepoPart.Of(repo, gone, cleanAll)).ToList();
        string[] removed = [.. whole.Select(repo => repo.Folder), .. unread];
        var broken = cleanAll ? scan.Warnings.SelectMany(warning => Unfinished(warning.Path)).ToList() : [];
        return new()
        {
            Repos = [.. removed.Order(StringComparer.Ordinal)],
            Snapshots = [.. parts.SelectMany(part => part.Snapshots)],
            Refs = [.. parts.SelectMany(part => part.Refs)],
            Blobs = [.. parts.SelectMany(part => part.Blobs).Select(blob => blob.Path)],
            Incomplete = [.. parts.SelectMany(part => part.Incomplete).Concat(broken).Select(blob => blob.Path)],
            Records = [.. parts.SelectMany(part => part.Records)],
            FreedBytes = parts.Sum(part => part.FreedBytes) + broken.Sum(blob => blob.Size) + removed.Sum(Deletion.RepoBytes),
        };
    }

    // What cannot be read as a repository may still hold the ends of downloads.
    private static IEnumerable<CachedBlob> Unfinished(string folder) =>
        PlainFolders.IsLink(folder)
            ? []
            : FolderWalk
                .Entries(Path.Combine(folder, "blobs"))
                .OfType<FileInfo>()
                .Where(file => file.LinkTarget is null && RepoBlobs.IsIncomplete(file.Name))
                .Select(file => new CachedBlob { Path = file.FullName, Size = file.Length });
}
