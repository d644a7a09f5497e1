namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Brings the changes of a pull request into its branch, file by file.</summary>
internal sealed class PullRequestMerge(TimeProvider time, ServerLimits limits)
{
    /// <summary>Merges; when the task ends the branch has the changes, or nothing has changed.</summary>
    /// <param name="repo">The repository.</param>
    /// <param name="find">Finds the pull request in the state of the moment.</param>
    /// <param name="author">Who merges.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The branch's new commit.</returns>
    /// <exception cref="RequestFault">400: it is no pull request; 409: it is not open, or both sides changed one file.</exception>
    public async Task<CommitHash> MergeAsync(
        StoredRepository repo,
        Func<RepoState, Discussion> find,
        string author,
        CancellationToken cancellationToken
    )
    {
        CommitHash? merged = null;
        await repo.ChangeAsync(
                async (folder, state) =>
                {
                    var request = find(state);
                    var (proposal, origin) = Ends(request);
                    var branch = state.Branches.GetValueOrDefault(request.Target) ?? throw RequestFault.RevisionNotFound(request.Target);
                    var before = await TreeAsync(repo, origin, cancellationToken).ConfigureAwait(false);
                    var wanted = await TreeAsync(repo, proposal, cancellationToken).ConfigureAwait(false);
                    var now = await TreeAsync(repo, branch, cancellationToken).ConfigureAwait(false);
                    var after = TreeChange.Apply(now, Changes(before, wanted, now), limits.FilesPerRepo);
                    var commit = new GitCommit
                    {
                        Tree = after.Oid,
                        Parent = branch,
                        Author = author,
                        Date = time.GetUtcNow(),
                        Title = $"{request.Title} (#{request.Number})",
                        Description = request.Description,
                    };
                    await folder.AddAsync(commit, after, cancellationToken).ConfigureAwait(false);
                    merged = commit.Hash;
                    return state with
                    {
                        Branches = state.Branches.SetItem(request.Target, commit.Hash),
                        ModifiedAt = time.GetUtcNow(),
                        Discussions = state.Discussions.Replace(request, request with { Status = "merged", MergedAs = commit.Hash }),
                    };
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return merged!;
    }

    private static (CommitHash Proposal, CommitHash Origin) Ends(Discussion request) =>
        request switch
        {
            { Head: null } or { Base: null } => throw RequestFault.BadRequest($"Discussion {request.Number} is no pull request."),
            { Status: "open" or "draft" } => (request.Head, request.Base),
            _ => throw RequestFault.Conflict($"Pull request {request.Number} is {request.Status}."),
        };

    private static async Task<FileTree> TreeAsync(StoredRepository repo, CommitHash commit, CancellationToken cancellationToken) =>
        (await RepoView.OpenAsync(repo, commit.Hex, cancellationToken).ConfigureAwait(false)).Tree;

    private static List<CommitOperation> Changes(FileTree before, FileTree wanted, FileTree now)
    {
        var changes = new List<CommitOperation>();
        foreach (var path in before.Files.Concat(wanted.Files).Select(file => file.Path).Distinct())
        {
            var (old, next, current) = (before.Find(path), wanted.Find(path), now.Find(path));
            if (old == next || current == next)
            {
                continue;
            }

            if (current != old)
            {
                throw RequestFault.Conflict($"{HubText.Shown(path)} was changed on both sides; bring the pull request up to date first.");
            }

            changes.Add(next is null ? new CommitOperation.DeleteFile(path) : new CommitOperation.Put(next));
        }

        return changes;
    }
}
