namespace LoRAEnsembleHub.Hub;

/// <summary>Pulls what a <see cref="PullLookup"/> found: all workers, one lock and one fetch for each content, the ref last.</summary>
internal sealed class SnapshotPull(HubClient client, IPullTarget target, RepoId repo, PullOptions pull)
{
    private readonly HubClientOptions options = client.Options;

    /// <returns>What would be done.</returns>
    public async Task<PullPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var selection = await new PullLookup(client, target, repo, pull).FindAsync(cancellationToken).ConfigureAwait(false);
        var files = new List<PlannedFile>();
        foreach (var file in selection.Files)
        {
            var has =
                selection.Outage is not null
                || await target.HasAsync(selection.Commit, file, cancellationToken).ConfigureAwait(false)
                || (file.Size > 0 && target.HeldBytes(file) == file.Size);
            files.Add(
                new()
                {
                    Path = file.Path,
                    LocalPath = target.Place(selection.Commit, file.Path),
                    Size = file.Size,
                    Hash = file.Hash,
                    IsCached = has,
                    WillFetch = !has || pull.ForceDownload,
                }
            );
        }

        return new()
        {
            Repo = repo,
            Commit = selection.Commit,
            Folder = target.Folder(selection.Commit),
            Files = files,
        };
    }

    /// <returns>The snapshot, whole.</returns>
    public async Task<Snapshot> RunAsync(IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var selection = await new PullLookup(client, target, repo, pull).FindAsync(cancellationToken).ConfigureAwait(false);
        if (selection.Outage is { } outage)
        {
            if (!options.Offline) // Who asked for that need not be warned of it.
            {
                DownloadLog.FromCache(options.Logger, outage.Message, selection.Commit.Hex, repo.ToString());
            }

            return Result(selection, [], 0);
        }

        var wanted = await WantedAsync(selection, cancellationToken).ConfigureAwait(false);
        var meter = new TransferMeter(progress, selection.Files.Count, selection.Files.Sum(file => file.Size));
        meter.Hold(selection.Files.Sum(file => file.Size) - wanted.Sum(file => file.Size));
        meter.Finish(selection.Files.Count - wanted.Count);
        var fetched =
            wanted.Count == 0 ? [] : await FetchAllAsync(selection.Commit, wanted, meter, cancellationToken).ConfigureAwait(false);
        await target.WriteRefAsync(pull.Revision, selection.Commit, cancellationToken).ConfigureAwait(false);
        return Result(selection, fetched, meter.Transferred);
    }

    private async Task<List<RepoFile>> WantedAsync(PullSelection selection, CancellationToken cancellationToken)
    {
        var wanted = new List<RepoFile>();
        foreach (var file in selection.Files)
        {
            _ = target.Place(selection.Commit, file.Path); // A name that has no place is refused before anything is fetched.
            if (pull.ForceDownload || !await target.HasAsync(selection.Commit, file, cancellationToken).ConfigureAwait(false))
            {
                wanted.Add(file);
            }
        }

        if (!pull.SkipSpaceCheck && wanted.Count > 0)
        {
            var needed = target.Units(wanted).Sum(unit => unit[0].Size - target.HeldBytes(unit[0]));
            DiskSpace.Check(target.Root, needed, options.FreeBytes(target.Root));
        }

        return wanted;
    }

    private async Task<HashSet<string>> FetchAllAsync(
        CommitHash commit,
        IReadOnlyList<RepoFile> wanted,
        TransferMeter meter,
        CancellationToken cancellationToken
    )
    {
        var fetched = new HashSet<string>(StringComparer.Ordinal);
        var fetch = new ContentFetch(client.Transport, options);
        var workers = new ParallelOptions { MaxDegreeOfParallelism = options.MaxWorkers, CancellationToken = cancellationToken };

        // The largest first, so that the last worker is not left alone with it.
        var units = target.Units(wanted).OrderByDescending(unit => unit[0].Size);
        await Parallel
            .ForEachAsync(
                units,
                workers,
                async (unit, token) =>
                {
                    if (await FetchAsync(fetch, commit, unit, meter, token).ConfigureAwait(false))
                    {
                        lock (fetched)
                        {
                            fetched.UnionWith(unit.Select(file => file.Path));
                        }
                    }

                    meter.Finish(unit.Count);
                }
            )
            .ConfigureAwait(false);
        return fetched;
    }

    private async Task<bool> FetchAsync(
        ContentFetch fetch,
        CommitHash commit,
        IReadOnlyList<RepoFile> unit,
        TransferMeter meter,
        CancellationToken cancellationToken
    )
    {
        var file = unit[0];
        using var held = await target.LockAsync(file, cancellationToken).ConfigureAwait(false);

        // Whoever held the lock may have fetched it.
        if (!pull.ForceDownload && await target.TryAdoptAsync(commit, unit, cancellationToken).ConfigureAwait(false))
        {
            meter.Hold(unit.Sum(one => one.Size));
            return false;
        }

        var partial = await target
            .OpenPartialAsync(file, HubAddresses.File(repo, commit, file.Path), cancellationToken)
            .ConfigureAwait(false);
        await using (partial.ConfigureAwait(false))
        {
            await fetch.FetchAsync(repo, commit, file, partial, meter, cancellationToken).ConfigureAwait(false);
            await target.StoreAsync(commit, unit, partial, cancellationToken).ConfigureAwait(false);
        }

        meter.Hold(unit.Skip(1).Sum(one => one.Size));
        return true;
    }

    private Snapshot Result(PullSelection selection, HashSet<string> fetched, long bytes) =>
        new()
        {
            Repo = repo,
            Revision = pull.Revision,
            Commit = selection.Commit,
            Folder = target.Folder(selection.Commit),
            Files =
            [
                .. selection.Files.Select(file => new PulledFile
                {
                    Path = file.Path,
                    LocalPath = target.Place(selection.Commit, file.Path),
                    Size = file.Size,
                    WasFetched = fetched.Contains(file.Path),
                }),
            ],
            IsKnownComplete = selection.IsKnownComplete,
            Outage = selection.Outage,
            FetchedBytes = bytes,
        };
}
