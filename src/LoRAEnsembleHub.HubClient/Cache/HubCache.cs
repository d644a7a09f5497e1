using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoRAEnsembleHub.Hub;

/// <summary>Looks after the cache that Hugging Face's tools share: lists it, removes from it, prunes it and verifies it.</summary>
/// <remarks>Needs no network. Safe to use while other processes read and write the cache.</remarks>
public sealed class HubCache
{
    private readonly CacheLayout layout;
    private readonly FileLocker locker;

    /// <summary>Names a cache; nothing is read yet.</summary>
    /// <param name="folder">Its folder: <c>~/.cache/huggingface/hub</c> by default.</param>
    /// <param name="time">Measures waits for locks; null for the system's clock.</param>
    /// <param name="logger">Told of such waits; null for nobody.</param>
    public HubCache(string folder, TimeProvider? time = null, ILogger? logger = null)
    {
        layout = new(folder);
        locker = new(time ?? TimeProvider.System, logger ?? NullLogger.Instance);
    }

    /// <summary>The cache's folder, absolute.</summary>
    public string Folder => layout.Root;

    /// <summary>Reads the whole cache.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: there is no such folder.</exception>
    public Task<CacheScan> ScanAsync(CancellationToken cancellationToken) =>
        Task.Run(() => CacheScanner.Scan(layout, cancellationToken), cancellationToken);

    /// <summary>Works out how to remove repositories or commits; changes nothing.</summary>
    /// <param name="targets">What to remove.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The plan, for <see cref="ApplyAsync"/>.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: there is no such folder.</exception>
    public async Task<RemovalPlan> PlanRemovalAsync(IReadOnlyCollection<CacheTarget> targets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var scan = await ScanAsync(cancellationToken).ConfigureAwait(false);
        return new RemovalPlanner(layout, scan).Remove(targets);
    }

    /// <summary>Works out how to remove what is of no use; changes nothing.</summary>
    /// <param name="options">What counts as such.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The plan, for <see cref="ApplyAsync"/>.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: there is no such folder.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public async Task<RemovalPlan> PlanPruneAsync(PruneOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var checkedOptions = options.Checked();
        var scan = await ScanAsync(cancellationToken).ConfigureAwait(false);
        return new RemovalPlanner(layout, scan).Prune(checkedOptions);
    }

    /// <summary>Removes what a plan names, except what somebody is downloading or began to use since.</summary>
    /// <param name="plan">A plan made for this cache.</param>
    /// <param name="cancellationToken">Stops between two removals.</param>
    /// <returns>What was freed and what could not be removed.</returns>
    /// <exception cref="ArgumentException">The plan names something outside this cache; nothing was removed.</exception>
    public Task<RemovalResult> ApplyAsync(RemovalPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Task.Run(() => new RemovalRun(layout, locker).Apply(plan, cancellationToken), cancellationToken);
    }

    /// <summary>Reads all contents and compares them with the listings of their commits, or with their names, which are their hashes.</summary>
    /// <param name="options">What is checked, and whether wrong bytes are removed.</param>
    /// <param name="progress">Told after each content; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.LocalFile"/>: there is no such folder; <see cref="HubErrorKind.LocalEntryNotFound"/>: the repository or commit is not in it.
    /// </exception>
    public async Task<VerifyReport> VerifyAsync(
        VerifyOptions options,
        IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var scan = await ScanAsync(cancellationToken).ConfigureAwait(false);
        CheckIsThere(scan, options);
        return await new CacheVerifier(layout, locker).RunAsync(scan, options, progress, cancellationToken).ConfigureAwait(false);
    }

    private void CheckIsThere(CacheScan scan, VerifyOptions options)
    {
        var repos = scan.Repos.Where(repo => options.Repo is null || repo.Id == options.Repo).ToList();
        var isUnread = options.Repo is { } id && scan.Warnings.Any(warning => warning.Path == layout.Repo(id)); // Its contents can be checked.
        var isThere = options.Commit is { } commit
            ? repos.Exists(repo => repo.Revisions.Any(revision => revision.Commit == commit.Hex))
            : options.Repo is null || repos.Count > 0 || isUnread;
        if (!isThere)
        {
            throw new HubException(
                HubErrorKind.LocalEntryNotFound,
                $"The cache {Folder} does not have {options.Repo?.ToString() ?? "any repository"}{(options.Commit is { } missing ? $" at {missing}" : "")}.",
                "List the cache to see what it has, or pull first."
            );
        }
    }
}
