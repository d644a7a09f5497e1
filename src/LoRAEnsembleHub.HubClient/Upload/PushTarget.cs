namespace LoRAEnsembleHub.Hub;

/// <summary>The branch that a push goes to, made if it is not there.</summary>
internal sealed record PushTarget
{
    /// <summary>Where the branch stands; null if it has no commit.</summary>
    public CommitHash? Head { get; init; }

    /// <summary>Whether the repository was made.</summary>
    public bool RepoCreated { get; init; }

    /// <summary>Whether the branch was made.</summary>
    public bool BranchCreated { get; init; }

    /// <summary>Looks for the branch, and makes repository and branch where they are missing and may be made.</summary>
    /// <exception cref="HubException">They are missing and may not be made; or the hub refused or failed.</exception>
    public static async Task<PushTarget> PrepareAsync(HubClient hub, RepoId repo, PushOptions options, CancellationToken cancellationToken)
    {
        var target = new PushTarget();
        try
        {
            return target with { Head = await HeadAsync(hub, repo, options.Revision, cancellationToken).ConfigureAwait(false) };
        }
        catch (HubException missing) when (missing.Kind == HubErrorKind.RepositoryNotFound && options.CreateRepo)
        {
            var made = await hub.CreateRepoAsync(repo, options.Private, mayExist: true, cancellationToken).ConfigureAwait(false);
            target = target with { RepoCreated = made };
        }
        catch (HubException missing) when (missing.Kind == HubErrorKind.RevisionNotFound) { }

        try
        {
            return target with { Head = await HeadAsync(hub, repo, options.Revision, cancellationToken).ConfigureAwait(false) };
        }
        catch (HubException missing) when (missing.Kind == HubErrorKind.RevisionNotFound && MayBeMade(options))
        {
            var made = await hub.CreateBranchAsync(repo, options.Revision, mayExist: true, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            var head = await HeadAsync(hub, repo, options.Revision, cancellationToken).ConfigureAwait(false);
            return target with { Head = head, BranchCreated = made };
        }
    }

    // A pull request is against something, and the references of pull requests are made by the hub.
    private static bool MayBeMade(PushOptions options) =>
        !options.CreatePullRequest && !options.Revision.Name.StartsWith("refs/", StringComparison.Ordinal);

    private static async Task<CommitHash?> HeadAsync(HubClient hub, RepoId repo, Revision revision, CancellationToken cancellationToken) =>
        (await hub.GetRepoAsync(repo, revision, cancellationToken).ConfigureAwait(false)).Commit;
}
