namespace LoRAEnsembleHub.Hub;

/// <summary>Finds out which files a pull is about, with as few questions as can be: none for a commit whose listing is here.</summary>
internal sealed class PullLookup(HubClient client, IPullTarget target, RepoId repo, PullOptions pull)
{
    private readonly HereLookup here = new(target, repo, pull);

    private RepoListing Listing => new(client.Transport);

    /// <exception cref="HubException">There is no such thing; or the hub could not be asked, and what is here does not do.</exception>
    public async Task<PullSelection> FindAsync(CancellationToken cancellationToken)
    {
        if (client.Options.Offline)
        {
            return await here.FindAsync(client.OfflineError(repo), cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await QuickAsync(cancellationToken).ConfigureAwait(false)
                ?? await AskAsync(isPatient: true, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException outage) when (IsOutage(outage))
        {
            return await here.FindAsync(outage, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException exception) when (exception.Kind == HubErrorKind.RevisionNotFound)
        {
            throw await WithRevisionsAsync(exception, cancellationToken).ConfigureAwait(false);
        }
    }

    // Where the cache may do, an outage should show at once and not after minutes of patience.
    private async Task<PullSelection?> QuickAsync(CancellationToken cancellationToken)
    {
        if (
            pull.ForceDownload
            || pull.Revision.Commit is not null
            || await target.ReadRefAsync(pull.Revision, cancellationToken).ConfigureAwait(false) is null
        )
        {
            return null;
        }

        try
        {
            return await AskAsync(isPatient: false, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException outage) when (IsOutage(outage))
        {
            return await BestEffortAsync(() => here.FindAsync(outage, cancellationToken)).ConfigureAwait(false);
        }
    }

    private static bool IsOutage(HubException exception) =>
        exception.Kind is HubErrorKind.Network or HubErrorKind.Server or HubErrorKind.RateLimited;

    private async Task<PullSelection> AskAsync(bool isPatient, CancellationToken cancellationToken)
    {
        var commit =
            pull.Revision.Commit ?? await Listing.ResolveAsync(repo, pull.Revision, isPatient, cancellationToken).ConfigureAwait(false);
        return pull.Files is { } names
            ? await NamedAsync(commit, names, cancellationToken).ConfigureAwait(false)
            : new(commit, Chosen(await AllAsync(commit, cancellationToken).ConfigureAwait(false)), null, IsKnownComplete: true);
    }

    private async Task<PullSelection> NamedAsync(CommitHash commit, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var wanted = names.Where(pull.Patterns.Allows).Distinct(StringComparer.Ordinal).ToArray();
        RepoPath.CheckAll(wanted);
        var absent = wanted.Where(name => target.IsKnownAbsent(commit, name)).ToArray();
        var all = await target.ReadTreeAsync(commit, cancellationToken).ConfigureAwait(false);
        var found =
            all is null && absent.Length == 0
                ? await Listing.FindAsync(repo, commit, wanted, cancellationToken).ConfigureAwait(false)
                : all;
        found ??= all ??= absent.Length == 0 ? await AllAsync(commit, cancellationToken).ConfigureAwait(false) : [];
        var byName = found.DistinctBy(file => file.Path).ToDictionary(file => file.Path, StringComparer.Ordinal);
        var missing = absent.Length > 0 ? absent : [.. wanted.Where(name => !byName.ContainsKey(name))];
        return missing.Length == 0
            ? new(commit, [.. wanted.Select(name => byName[name])], null, IsKnownComplete: true)
            : throw await AbsentAsync(commit, missing, all, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<RepoFile>> AllAsync(CommitHash commit, CancellationToken cancellationToken)
    {
        if (await target.ReadTreeAsync(commit, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        var files = await Listing.ListAsync(repo, commit, cancellationToken).ConfigureAwait(false);
        _ = Chosen(files); // Nothing is written for a listing that is refused.
        if (files.All(file => RepoPath.Complaint(file.Path) is null) && files.DistinctBy(file => file.Path).Count() == files.Count)
        {
            await target.WriteTreeAsync(commit, files, cancellationToken).ConfigureAwait(false);
        }

        return files;
    }

    private IReadOnlyList<RepoFile> Chosen(IReadOnlyList<RepoFile> files)
    {
        if (pull.Files is not null)
        {
            return files; // Named ones are checked by name.
        }

        var chosen = files.Where(file => pull.Patterns.Allows(file.Path)).ToArray();
        RepoPath.CheckAll(chosen.Select(file => file.Path));
        return chosen;
    }

    private async Task<HubException> AbsentAsync(
        CommitHash commit,
        string[] missing,
        IReadOnlyList<RepoFile>? all,
        CancellationToken cancellationToken
    )
    {
        foreach (var name in missing)
        {
            await target.WriteAbsentAsync(commit, name, cancellationToken).ConfigureAwait(false);
        }

        await target.WriteRefAsync(pull.Revision, commit, cancellationToken).ConfigureAwait(false);
        all ??= await BestEffortAsync(() => Listing.ListAsync(repo, commit, cancellationToken)).ConfigureAwait(false) ?? [];
        var near = NearNames.Find(missing[0], all.Select(file => file.Path)).Select(name => $"'{HubText.Shown(name)}'").ToArray();
        return new(
            HubErrorKind.EntryNotFound,
            $"{repo.Type.Word()} '{repo.FullName}' has no {string.Join(", ", missing.Take(5).Select(name => $"'{HubText.Shown(name)}'"))} at {pull.Revision} ({commit.Hex[..8]}).",
            near.Length > 0
                ? $"Names like it: {string.Join(", ", near)}."
                : "Check the file's name and the revision; list the files to see what is there."
        )
        {
            RepoId = repo,
        };
    }

    private async Task<HubException> WithRevisionsAsync(HubException exception, CancellationToken cancellationToken)
    {
        var refs = await BestEffortAsync(() => client.ListRefsAsync(repo, false, cancellationToken)).ConfigureAwait(false);
        var names = refs is null ? [] : refs.Branches.Concat(refs.Tags).Select(found => found.Name).ToArray();
        if (names.Length == 0)
        {
            return exception;
        }

        var shown = NearNames.Find(pull.Revision.Name, names).Concat(names).Distinct().Take(5).ToArray();
        return new(
            exception.Kind,
            $"{repo.Type.Word()} '{repo.FullName}' has no revision '{pull.Revision}'.",
            $"It has {string.Join(", ", shown)}{(names.Length > shown.Length ? $" and {names.Length - shown.Length} more" : "")}.",
            exception
        )
        {
            StatusCode = exception.StatusCode,
            Address = exception.Address,
            RequestId = exception.RequestId,
            RepoId = repo,
            ServerMessage = exception.ServerMessage,
        };
    }

    // What goes wrong here must not hide what went wrong before.
    private static async Task<T?> BestEffortAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (HubException)
        {
            return null;
        }
    }
}
