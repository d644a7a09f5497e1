namespace LoRAEnsembleHub.Hub;

public sealed partial class HubClient
{
    /// <summary>Brings the files of a repository here, each byte checked by its hash, and says where they are.</summary>
    /// <param name="repo">Which repository.</param>
    /// <param name="pull">What of it, and where to; null for all of the branch <c>main</c>, into the cache.</param>
    /// <param name="progress">Told how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Ends it; what arrived is gone on from next time.</param>
    /// <returns>The snapshot. If the hub could not be asked but the cache has all of it, that one, with <see cref="Snapshot.Outage"/> set.</returns>
    /// <exception cref="HubException">It could not be had whole; <see cref="HubException.Kind"/> says why. Nothing wrong is stored.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>
    /// One question for the commit, one for every thousand files, then one for every content that is not here, at that commit. The cache's layout is
    /// Hugging Face's; a revision is recorded only when all its files are there.
    /// </remarks>
    public Task<Snapshot> PullAsync(
        RepoId repo,
        PullOptions? pull = null,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => Prepare(repo, pull).RunAsync(progress, cancellationToken);

    /// <summary>Says what <see cref="PullAsync"/> would fetch. No file is fetched.</summary>
    /// <param name="repo">Which repository.</param>
    /// <param name="pull">What of it, and where to; null for all of the branch <c>main</c>, into the cache.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="HubException">It cannot be found out; <see cref="HubException.Kind"/> says why.</exception>
    public Task<PullPlan> PlanPullAsync(RepoId repo, PullOptions? pull = null, CancellationToken cancellationToken = default) =>
        Prepare(repo, pull).PlanAsync(cancellationToken);

    /// <summary>Fetches one file again, as <see cref="VerifyOptions.Fetch"/> wants.</summary>
    /// <param name="request">Which file, of which commit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when the file is in its place.</returns>
    /// <exception cref="HubException">It could not be had.</exception>
    public Task FetchAgainAsync(RepairRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var pull = new PullOptions { Revision = Revision.Parse(request.Commit.Hex), Files = [request.Path] };
        return PullAsync(request.Repo, pull, progress: null, cancellationToken);
    }

    private SnapshotPull Prepare(RepoId repo, PullOptions? pull)
    {
        ArgumentNullException.ThrowIfNull(repo);
        pull = (pull ?? PullOptions.Default).Checked();
        var layout = new CacheLayout(Options.CacheFolder);
        IPullTarget target = pull.LocalFolder is { } folder
            ? new LocalPullTarget(new(folder, Options.Time, Options.Logger), new(layout), repo)
            : new CachePullTarget(new(layout, Options.Time, Options.Logger), repo, pull.ForceDownload);
        return new(this, target, repo, pull);
    }
}
