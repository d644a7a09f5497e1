namespace LoRAEnsembleHub.Hub;

/// <summary>Makes do with what is here when the hub may not or cannot be asked.</summary>
internal sealed class HereLookup(IPullTarget target, RepoId repo, PullOptions pull)
{
    /// <param name="outage">Why the hub is not asked.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Files that are all in their places.</returns>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.IncompleteSnapshot"/>: some are missing. <see cref="HubErrorKind.LocalEntryNotFound"/>: nothing is here and offline
    /// mode is on. Otherwise <paramref name="outage"/>.
    /// </exception>
    public async Task<PullSelection> FindAsync(HubException outage, CancellationToken cancellationToken)
    {
        if (pull.ForceDownload || await target.ReadRefAsync(pull.Revision, cancellationToken).ConfigureAwait(false) is not { } commit)
        {
            throw Nothing(outage);
        }

        var reason = pull.Revision.Commit is null || outage.Kind != HubErrorKind.Offline ? outage : null;
        return await target.ReadTreeAsync(commit, cancellationToken).ConfigureAwait(false) is { } all
            ? await ListedAsync(commit, all, outage, reason, cancellationToken).ConfigureAwait(false)
            : await UnlistedAsync(commit, outage, reason, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PullSelection> ListedAsync(
        CommitHash commit,
        IReadOnlyList<RepoFile> all,
        HubException outage,
        HubException? reason,
        CancellationToken cancellationToken
    )
    {
        var chosen = all.Where(file => pull.Patterns.Allows(file.Path) && (pull.Files is null || pull.Files.Contains(file.Path))).ToArray();
        var missing = new List<string>((pull.Files ?? []).Where(pull.Patterns.Allows).Except(chosen.Select(file => file.Path)));
        if (missing.Count > 0)
        {
            throw Absent(missing);
        }

        foreach (var file in chosen)
        {
            if (!await target.HasAsync(commit, file, cancellationToken).ConfigureAwait(false))
            {
                missing.Add(file.Path);
            }
        }

        return missing.Count == 0 ? new(commit, chosen, reason, IsKnownComplete: true)
            : missing.Count == chosen.Length ? throw Nothing(outage)
            : throw Incomplete(commit, missing, chosen.Length, outage);
    }

    // Another tool pulled it and kept no listing: what is there is known, what is missing is not.
    private async Task<PullSelection> UnlistedAsync(
        CommitHash commit,
        HubException outage,
        HubException? reason,
        CancellationToken cancellationToken
    )
    {
        var wanted = pull.Files?.Where(pull.Patterns.Allows).ToArray() ?? Names(commit);
        var missing = wanted.Where(name => !File.Exists(target.Place(commit, name))).ToList();
        if (missing.Count > 0 || wanted.Length == 0)
        {
            throw missing.FindAll(name => target.IsKnownAbsent(commit, name)) is { Count: > 0 } absent ? Absent(absent)
            : missing.Count == wanted.Length ? Nothing(outage)
            : Incomplete(commit, missing, wanted.Length, outage);
        }

        var files = new List<RepoFile>();
        foreach (var name in wanted)
        {
            files.Add(await FoundAsync(commit, name, cancellationToken).ConfigureAwait(false));
        }

        return new(commit, files, reason, IsKnownComplete: pull.Files is not null);
    }

    private string[] Names(CommitHash commit)
    {
        var folder = target.Folder(commit);
        return Directory.Exists(folder) && target is CachePullTarget
            ?
            [
                .. Directory
                    .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
                    .Where(name => RepoPath.Complaint(name) is null && pull.Patterns.Allows(name))
                    .Order(StringComparer.Ordinal),
            ]
            : [];
    }

    private async Task<RepoFile> FoundAsync(CommitHash commit, string name, CancellationToken cancellationToken)
    {
        var place = target.Place(commit, name);
        var blob = File.ResolveLinkTarget(place, returnFinalTarget: true);
        var content = blob?.FullName ?? place;
        if (!ContentHash.TryParse(blob?.Name, out var hash))
        {
            // A real file, as where there are no links: nothing but its bytes names its content.
            var stream = File.OpenRead(content);
            await using (stream.ConfigureAwait(false))
            {
                using var hasher = ContentHasher.Sha256();
                await hasher.AppendAsync(stream, cancellationToken).ConfigureAwait(false);
                hash = hasher.Finish();
            }
        }

        return new()
        {
            Path = name,
            Size = new FileInfo(content).Length,
            Hash = hash,
            GitOid = hash.IsSha256 ? "" : hash.Hex, // What git stores for a large file cannot be known from its content alone.
            IsLfs = hash.IsSha256,
        };
    }

    private HubException Nothing(HubException outage) =>
        outage.Kind == HubErrorKind.Offline
            ? new(
                HubErrorKind.LocalEntryNotFound,
                $"{repo.Type.Word()} '{repo.FullName}' at {pull.Revision} is not in {target.Root}, and offline mode forbids to ask the hub.",
                "Pull it once with the network, or switch offline mode off.",
                outage
            )
            {
                RepoId = repo,
            }
            : outage;

    private HubException Absent(IReadOnlyList<string> names) =>
        new(
            HubErrorKind.EntryNotFound,
            $"{repo.Type.Word()} '{repo.FullName}' has no '{HubText.Shown(names[0])}' at {pull.Revision}, as the cache knows it.",
            "Check the file's name and the revision."
        )
        {
            RepoId = repo,
        };

    private HubException Incomplete(CommitHash commit, List<string> missing, int files, HubException outage) =>
        new(
            HubErrorKind.IncompleteSnapshot,
            $"{missing.Count} of {files} files of {repo.Type.Word()} '{repo.FullName}' at {pull.Revision} are not in {target.Root}, '{HubText.Shown(missing[0])}' for one; the hub was not asked: {outage.Message}",
            "Pull again when the hub can be asked, or choose by patterns what is here.",
            outage
        )
        {
            RepoId = repo,
            SnapshotFolder = target.Folder(commit),
        };
}
