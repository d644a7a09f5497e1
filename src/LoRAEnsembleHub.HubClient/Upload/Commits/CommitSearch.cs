using System.Net;

namespace LoRAEnsembleHub.Hub;

/// <summary>Looks whether a commit whose answer was lost is in the repository.</summary>
/// <remarks>It is ours if it came after the state that was seen before, has our title, and its files are as our changes leave them.</remarks>
internal sealed class CommitSearch(HubClient hub, CommitTarget target, CommitMessage message, IReadOnlyList<CommitOperation> operations)
{
    private const int MostCommits = 20;

    private HashSet<string> pullRequests = [];

    /// <summary>Where the branch stands, as last seen.</summary>
    public CommitHash? Head { get; private set; } = target.Head;

    /// <summary>Notes what is there before the first try.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (target.CreatePullRequest)
        {
            var refs = await hub.ListRefsAsync(target.Repo, includePullRequests: true, cancellationToken).ConfigureAwait(false);
            pullRequests = [.. refs.PullRequests.Select(one => one.FullName)];
        }
    }

    /// <returns>The commit; null if it is not there.</returns>
    public Task<MadeCommit?> FindAsync(CancellationToken cancellationToken) =>
        target.CreatePullRequest ? FindPullRequestAsync(cancellationToken) : FindCommitAsync(cancellationToken);

    private async Task<MadeCommit?> FindPullRequestAsync(CancellationToken cancellationToken)
    {
        var refs = await hub.ListRefsAsync(target.Repo, includePullRequests: true, cancellationToken).ConfigureAwait(false);
        foreach (var one in refs.PullRequests.Where(one => !pullRequests.Contains(one.FullName)))
        {
            if (await IsOursAsync(one.Commit, cancellationToken).ConfigureAwait(false))
            {
                var page = hub.Transport.Endpoint.Resolve(new(HubAddresses.Discussion(target.Repo, one.FullName), UriKind.Relative));
                return new(one.Commit, page);
            }
        }

        return null;
    }

    private async Task<MadeCommit?> FindCommitAsync(CancellationToken cancellationToken)
    {
        var before = Head;
        var newest = await NewestAsync(cancellationToken).ConfigureAwait(false);
        var since = new List<CommitHash>();
        foreach (var commit in newest)
        {
            if (!CommitHash.TryParse(commit.Id, out var hash) || hash == before)
            {
                break;
            }

            if (since.Count == 0)
            {
                Head = hash;
            }

            since.Add(hash);
        }

        since.Reverse();
        foreach (var hash in since)
        {
            var title = newest.First(commit => commit.Id == hash.Hex).Title;
            if ((title is null || title == message.Summary) && await IsOursAsync(hash, cancellationToken).ConfigureAwait(false))
            {
                return new(hash, null);
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<CommitRecord>> NewestAsync(CancellationToken cancellationToken)
    {
        var request = HubRequest.Get(HubAddresses.Commits(target.Repo, target.Revision, MostCommits)) with { Repo = target.Repo };
        try
        {
            return await hub
                .Transport.AskAsync(request, UploadJson.Default.IReadOnlyListCommitRecord, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (HubException noHistory) when (noHistory.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.NotImplemented)
        {
            // Not every hub tells its history; where the branch stands all of them tell.
            var info = await hub.GetRepoAsync(target.Repo, target.Revision, cancellationToken).ConfigureAwait(false);
            return [new() { Id = info.Commit?.Hex }];
        }
    }

    private async Task<bool> IsOursAsync(CommitHash commit, CancellationToken cancellationToken)
    {
        var listed = await hub.ListFilesAsync(target.Repo, Revision.Parse(commit.Hex), cancellationToken).ConfigureAwait(false);
        var files = listed.DistinctBy(file => file.Path).ToDictionary(file => file.Path, file => file.Hash, StringComparer.Ordinal);
        return operations.All(operation =>
            operation switch
            {
                InlineFile inline => files.TryGetValue(inline.Path, out var hash) && inline.File.Is(hash),
                LargeFile large => files.TryGetValue(large.Path, out var hash) && large.File.Is(hash),
                _ => !files.ContainsKey(operation.Path),
            }
        );
    }
}
