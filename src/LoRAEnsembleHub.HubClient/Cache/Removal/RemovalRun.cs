namespace LoRAEnsembleHub.Hub;

/// <summary>Carries a plan out. What cannot be removed is reported, and the rest goes all the same.</summary>
/// <remarks>
/// Refs go first and contents last, so that a cache is readable wherever this is cut short. A content whose lock is held, or that somebody began
/// to use since the plan was made, stays. Links are deleted, never followed.
/// </remarks>
internal sealed class RemovalRun
{
    private const string InUse = "Another process is downloading it.";
    private const string UsedSince = "A snapshot refers to it since the plan was made.";
    private const int LocksAtOnce = 256; // Each is an open file.

    private readonly CacheLayout layout;
    private readonly FileLocker locker;
    private readonly List<RemovalFailure> failures = [];
    private long freed;

    public RemovalRun(CacheLayout layout, FileLocker locker) => (this.layout, this.locker) = (layout, locker);

    /// <summary>Removes what the plan names.</summary>
    public RemovalResult Apply(RemovalPlan plan, CancellationToken cancellationToken)
    {
        Check(plan);
        Each(plan.Repos, RemoveRepo, cancellationToken);
        Each(plan.Refs, Deletion.Remove, cancellationToken);
        Each(plan.Snapshots, RemoveSnapshot, cancellationToken);
        Each(plan.Records, Deletion.Remove, cancellationToken);
        foreach (var group in plan.Blobs.GroupBy(RepoOf))
        {
            foreach (var some in group.Chunk(LocksAtOnce))
            {
                RemoveContents(group.Key, some, cancellationToken);
            }
        }

        foreach (var path in plan.Incomplete)
        {
            RemoveContents(RepoOf(path), [path], cancellationToken);
        }

        return new() { FreedBytes = freed, Failures = failures };
    }

    private static string RepoOf(string blob) => Path.GetDirectoryName(Path.GetDirectoryName(blob))!;

    // The plan is a value that anybody can make; nothing outside the cache is removed by one.
    private void Check(RemovalPlan plan)
    {
        foreach (
            var path in new[] { plan.Repos, plan.Refs, plan.Snapshots, plan.Records, plan.Blobs, plan.Incomplete }.SelectMany(part => part)
        )
        {
            if (Path.GetFullPath(path) != path || !path.StartsWith(layout.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new ArgumentException($"The plan names {path}, which is not in the cache {layout.Root}.", nameof(plan));
            }
        }
    }

    private void Each(IEnumerable<string> paths, Action<string> remove, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                PlainFolders.Check(layout.Root, path); // The folder above may have become a link since the plan was made.
                remove(path);
            }
            catch (DirectoryNotFoundException)
            {
                // Gone already, which is what was wanted.
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HubException)
            {
                Fail(path, exception.Message);
            }
        }
    }

    private void RemoveRepo(string folder)
    {
        var locks = new RepoLocks(layout, folder, locker);
        if (locks.TryTakeAll() is not { } taken)
        {
            Fail(folder, InUse);
            return;
        }

        try
        {
            var bytes = Deletion.RepoBytes(folder);
            if (!PlainFolders.IsLink(folder))
            {
                Deletion.Remove(Path.Combine(folder, "refs"));
            }

            Deletion.Remove(folder);
            freed += bytes;
            foreach (var one in taken)
            {
                one.DeleteFile();
            }
        }
        finally
        {
            RepoLocks.GiveBack(taken);
        }

        locks.DeleteFolder();
    }

    // A pull that is going on has its snapshot before its ref; only its locks tell it from one that nobody needs.
    private void RemoveSnapshot(string folder)
    {
        if (new RepoLocks(layout, RepoOf(folder), locker).TryTakeAll() is not { } taken)
        {
            Fail(folder, InUse);
            return;
        }

        try
        {
            var bytes = Deletion.CopyBytes(folder, new(RepoOf(folder)));
            Deletion.Remove(folder);
            freed += bytes;
        }
        finally
        {
            RepoLocks.GiveBack(taken);
        }
    }

    // All locks first, then the look at what is in use: from then on nobody begins to use one of these contents.
    private void RemoveContents(string repoFolder, string[] paths, CancellationToken cancellationToken)
    {
        var locks = new RepoLocks(layout, repoFolder, locker);
        var taken = new List<FileLock>();
        var free = new List<string>();
        try
        {
            Each(
                paths,
                path =>
                {
                    if (!locks.TryTake(Path.GetFileName(path), out var one))
                    {
                        Fail(path, InUse);
                        return;
                    }

                    free.Add(path);
                    if (one is not null)
                    {
                        taken.Add(one);
                    }
                },
                cancellationToken
            );
            var used = locks.ContentsInUse();
            Each(free.Where(used.Contains), path => Fail(path, UsedSince), cancellationToken);
            Each(
                free.Where(path => !used.Contains(path)),
                path =>
                {
                    var bytes = Deletion.FileBytes(path);
                    Deletion.Remove(path);
                    freed += bytes;
                },
                cancellationToken
            );
            foreach (var one in taken.Where(one => !File.Exists(locks.ContentOf(one))))
            {
                one.DeleteFile();
            }
        }
        finally
        {
            RepoLocks.GiveBack(taken);
        }
    }

    private void Fail(string path, string reason) => failures.Add(new() { Path = path, Reason = reason });
}
