namespace LoRAEnsembleHub.Hub;

/// <summary>One push, from the folder to the commit: look at everything, ask the hub what it needs, store large files, commit.</summary>
internal sealed class Pusher(HubClient hub, RepoId repo, PushOptions options)
{
    private const int MostReaders = 4;

    private readonly List<CommitHash> commits = [];
    private Revision revision = options.Revision;
    private bool createPullRequest = options.CreatePullRequest;
    private Uri? pullRequest;

    /// <summary>Makes the push.</summary>
    /// <exception cref="HubException">It could not be made; see <see cref="HubClient.PushAsync"/>.</exception>
    public async Task<PushResult> RunAsync(string source, IProgress<TransferProgress>? observer, CancellationToken cancellationToken)
    {
        _ = hub.Transport; // Offline mode is found before anything is read.
        var files = await ReadAsync(source, cancellationToken).ConfigureAwait(false);
        var target = await PushTarget.PrepareAsync(hub, repo, options, cancellationToken).ConfigureAwait(false);
        var warnings = await new CardCheck(hub.Transport, repo).RunAsync(files, cancellationToken).ConfigureAwait(false);
        var plan = await PlanAsync(files, target, cancellationToken).ConfigureAwait(false);
        var progress = new UploadProgress(observer, plan.Inline.Count + plan.Large.Count, plan.Bytes);
        using var notes = new MultipartNotes(
            Directory.Exists(source) ? source : Path.GetDirectoryName(Path.GetFullPath(source))!,
            hub.Options.Logger
        );
        var head = target.Head;
        foreach (var step in PushSteps.Of(plan, options))
        {
            head = await CommitAsync(step, head, notes, progress, cancellationToken).ConfigureAwait(false);
        }

        return new()
        {
            Repo = repo,
            Revision = revision,
            Commits = commits,
            PullRequest = pullRequest,
            Head = head,
            Pushed = Names(plan.Inline.Concat(plan.Large)),
            Unchanged = Names(plan.Unchanged),
            Ignored = Names(plan.Ignored),
            Deleted = plan.Deleted,
            BytesSent = progress.BytesSent,
            CardWarnings = warnings,
            RepoCreated = target.RepoCreated,
            BranchCreated = target.BranchCreated,
        };
    }

    private static List<string> Names(IEnumerable<PushFile> files) => [.. files.Select(file => file.Path).Order(StringComparer.Ordinal)];

    private async Task<IReadOnlyList<PushFile>> ReadAsync(string source, CancellationToken cancellationToken)
    {
        var found = LocalTree.Find(source, options.PathInRepo, options.Files, cancellationToken);
        if (found.Count == 0 && options.Delete.Count == 0)
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                $"'{HubText.Shown(source)}' has no file to push.",
                "Check the folder and the patterns; git's own folder and .cache/huggingface are never pushed."
            );
        }

        var files = new PushFile[found.Count];
        var settings = new ParallelOptions { MaxDegreeOfParallelism = MostReaders, CancellationToken = cancellationToken };
        await Parallel
            .ForAsync(
                0,
                found.Count,
                settings,
                async (index, token) => files[index] = await FileReading.ReadAsync(found[index], token).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        return files;
    }

    private async Task<PushPlan> PlanAsync(IReadOnlyList<PushFile> files, PushTarget target, CancellationToken cancellationToken)
    {
        var plan = await new Preupload(hub.Transport, repo, revision, createPullRequest)
            .AskAsync(files, cancellationToken)
            .ConfigureAwait(false);
        if (options.Delete.Count == 0 || target.Head is not { } head)
        {
            return plan;
        }

        var present = await hub.ListFilesAsync(repo, Revision.Parse(head.Hex), cancellationToken).ConfigureAwait(false);
        return plan with { Deleted = Deletions.Find(present, PushNames.Target(options.PathInRepo), options.Delete, files) };
    }

    private async Task<CommitHash> CommitAsync(
        PushStep step,
        CommitHash? head,
        MultipartNotes notes,
        UploadProgress progress,
        CancellationToken cancellationToken
    )
    {
        var declined = await StoreAsync(step.Large, notes, progress, cancellationToken).ConfigureAwait(false);
        var target = new CommitTarget
        {
            Repo = repo,
            Revision = revision,
            CreatePullRequest = createPullRequest,
            Head = head,
            Parent = commits.Count == 0 || options.Parent is null ? options.Parent : commits[^1],
        };
        var made = await new CommitSender(hub, progress)
            .SendAsync(target, step.Message, step.Operations(declined), cancellationToken)
            .ConfigureAwait(false);
        commits.Add(made.Hash);
        step.Large.Concat(step.Inline).ToList().ForEach(_ => progress.FileDone());
        if (createPullRequest)
        {
            pullRequest = made.PullRequest;
            revision = made.PullRequestRevision ?? (step.IsLast ? revision : throw NoPullRequest());
            createPullRequest = false;
        }

        return made.Hash;
    }

    private async Task<IReadOnlyList<PushFile>> StoreAsync(
        IReadOnlyList<PushFile> files,
        MultipartNotes notes,
        UploadProgress progress,
        CancellationToken cancellationToken
    )
    {
        if (files.Count == 0)
        {
            return [];
        }

        using var store = new StoreRequests(hub, repo);
        var isPullRequest = createPullRequest || revision.Name.StartsWith("refs/", StringComparison.Ordinal);
        var batch = new LfsBatch(hub, repo, isPullRequest ? null : revision.Name);
        var large = new LargeFiles(batch, store, new(hub.Transport.Endpoint), notes, progress, hub.Options);
        var declined = await large.StoreAsync(files, cancellationToken).ConfigureAwait(false);
        return declined.FirstOrDefault(file => file.Size > options.LargestInlineBytes) is { } tooLarge ? throw OnlyXet(tooLarge) : declined;
    }

    private HubException OnlyXet(PushFile file) =>
        new(
            HubErrorKind.BadRequest,
            $"The hub takes '{HubText.Shown(file.Path)}' ({file.Size} bytes) neither by Git LFS nor, beyond {options.LargestInlineBytes} bytes, in the "
                + "commit itself. It seems to insist on Xet, which this client does not speak.",
            "Nothing was committed. Ask whoever runs the hub to offer the LFS transfers 'basic' or 'multipart', or push this file with another client."
        )
        {
            RepoId = repo,
        };

    private HubException NoPullRequest() =>
        new(
            HubErrorKind.Metadata,
            $"The hub committed part of the push but did not say which pull request it opened for {repo}.",
            "See the repository's page. Push the rest to that pull request (refs/pr/N), or all of it in one commit."
        );
}
