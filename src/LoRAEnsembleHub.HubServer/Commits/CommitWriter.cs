namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Adds commits to branches and pull requests, one at a time per repository.</summary>
internal sealed class CommitWriter(TimeProvider time)
{
    /// <summary>Makes a commit; when the task ends it is on the disk.</summary>
    /// <returns>Where the branch is then; the same as before if no file changed.</returns>
    /// <exception cref="RequestFault">404: no such branch; 403: the pull request is closed; 412: the branch has moved; or what the change says.</exception>
    public async Task<CommitOutcome> CommitAsync(StoredRepository repo, CommitOrder order, CancellationToken cancellationToken)
    {
        CommitOutcome? outcome = null;
        await repo.ChangeAsync(
                async (folder, state) =>
                {
                    var branch = Branch(order.Reference);
                    var request = state.PullRequest(order.Reference);
                    var head =
                        request?.Head ?? state.Branches.GetValueOrDefault(branch) ?? throw RequestFault.RevisionNotFound(order.Reference);
                    EnsureOpen(request);
                    EnsureParent(order.Parent, head);
                    var (commit, changed) = await AddAsync(repo, folder, head, order, cancellationToken).ConfigureAwait(false);
                    if (order.AsPullRequest)
                    {
                        var opened = Open(state, order, head, commit, branch);
                        outcome = new(commit, opened);
                        return state with { Discussions = state.Discussions.Add(opened) };
                    }

                    outcome = new(commit, null);
                    return !changed ? state
                        : request is null ? Moved(state, branch, commit)
                        : state with { Discussions = state.Discussions.Replace(request, request with { Head = commit }) };
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return outcome!;
    }

    /// <returns>A commit without a parent over the given files, not yet written.</returns>
    public GitCommit First(FileTree tree, string author, string title) =>
        new()
        {
            Tree = tree.Oid,
            Author = author,
            Date = time.GetUtcNow(),
            Title = title,
        };

    public RepoState Moved(RepoState state, string branch, CommitHash commit) =>
        state with
        {
            Branches = state.Branches.SetItem(branch, commit),
            ModifiedAt = time.GetUtcNow(),
        };

    public static string Branch(string reference) =>
        reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? reference["refs/heads/".Length..] : reference;

    private static void EnsureOpen(Discussion? request)
    {
        if (request is { Status: not ("open" or "draft") })
        {
            throw RequestFault.Forbidden($"Pull request {request.Number} is {request.Status}");
        }
    }

    private static void EnsureParent(string? parent, CommitHash head)
    {
        if (parent is not null && !head.Hex.StartsWith(parent, StringComparison.Ordinal))
        {
            throw new RequestFault(412, "The branch was updated since you opened this page. Please refresh and try again.");
        }
    }

    private async Task<(CommitHash Commit, bool Changed)> AddAsync(
        StoredRepository repo,
        RepoFolder folder,
        CommitHash head,
        CommitOrder order,
        CancellationToken cancellationToken
    )
    {
        var view = await RepoView.OpenAsync(repo, head.Hex, cancellationToken).ConfigureAwait(false);
        var after = order.Change(view.Tree);
        if (after.Oid == view.Tree.Oid)
        {
            return (head, false);
        }

        var commit = new GitCommit
        {
            Tree = after.Oid,
            Parent = head,
            Author = order.Author,
            Date = time.GetUtcNow(),
            Title = order.Title,
            Description = order.Description,
        };
        await folder.AddAsync(commit, after, cancellationToken).ConfigureAwait(false);
        return (commit.Hash, true);
    }

    private Discussion Open(RepoState state, CommitOrder order, CommitHash head, CommitHash commit, string branch) =>
        new()
        {
            Number = state.Discussions.Count + 1,
            Title = order.Title,
            Description = order.Description,
            Author = order.Author,
            CreatedAt = time.GetUtcNow(),
            Head = commit,
            Base = head,
            Target = branch,
        };
}
