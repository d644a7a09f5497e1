using System.Runtime.CompilerServices;

namespace LoRAEnsembleHub.Hub;

public sealed partial class HubClient
{
    /// <summary>Asks about one repository.</summary>
    /// <param name="repo">Which.</param>
    /// <param name="revision">At which state; null for the default branch.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What the hub says.</returns>
    /// <exception cref="HubException">There is no such repository or revision, it may not be read, or the hub could not be asked.</exception>
    public async Task<RepoInfo> GetRepoAsync(RepoId repo, Revision? revision = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var address = revision is null ? HubAddresses.Repo(repo) : HubAddresses.Revision(repo, revision);
        var request = HubRequest.Get(address) with { Repo = repo };
        var answer = await Transport.AskAsync(request, HubJsonContext.Default.RepoAnswer, cancellationToken).ConfigureAwait(false);
        return RepoInfo.From(answer, repo.Type)
            ?? throw HubJson.NotExpected(Redacted.Address(request.Address), "id names no repository", null);
    }

    /// <summary>Lists repositories.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The repositories, page by page as they are read.</returns>
    /// <exception cref="HubException">The hub refused or could not be asked.</exception>
    public async IAsyncEnumerable<RepoInfo> ListReposAsync(
        RepoQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var left = query.Limit ?? int.MaxValue;
        if (left <= 0)
        {
            yield break;
        }

        var pages = Transport.PagesAsync(HubRequest.Get(query.Address), HubJsonContext.Default.RepoAnswerArray, cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            // One that has no id that could be asked for is left out rather than hiding all others.
            foreach (var info in page.OfType<RepoAnswer>().Select(answer => RepoInfo.From(answer, query.Type)).OfType<RepoInfo>())
            {
                yield return info;
                if (--left == 0)
                {
                    yield break;
                }
            }
        }
    }

    /// <summary>Lists the files of a repository.</summary>
    /// <param name="repo">Which repository.</param>
    /// <param name="revision">At which state; null for the branch <c>main</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>All files with sizes and hashes. Names are as the hub gives them: pass them through <see cref="RepoPath.Check"/> before they become paths.</returns>
    /// <exception cref="HubException">There is no such repository or revision, it may not be read, or the hub could not be asked.</exception>
    public async Task<IReadOnlyList<RepoFile>> ListFilesAsync(
        RepoId repo,
        Revision? revision = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(repo);
        var listing = new RepoListing(Transport);
        revision ??= Revision.Main;
        var commit =
            revision.Commit ?? await listing.ResolveAsync(repo, revision, isPatient: true, cancellationToken).ConfigureAwait(false);
        return await listing.ListAsync(repo, commit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists branches, tags and, if asked for, pull requests.</summary>
    /// <param name="repo">Which repository.</param>
    /// <param name="includePullRequests">Whether to list pull requests too.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The names and their commits.</returns>
    /// <exception cref="HubException">There is no such repository, it may not be read, or the hub could not be asked.</exception>
    public async Task<RepoRefs> ListRefsAsync(RepoId repo, bool includePullRequests = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var request = HubRequest.Get(HubAddresses.Refs(repo) + (includePullRequests ? "?include_prs=1" : "")) with { Repo = repo };
        var answer = await Transport.AskAsync(request, HubJsonContext.Default.RefsAnswer, cancellationToken).ConfigureAwait(false);
        return RepoRefs.From(answer);
    }

    /// <summary>Asks whom the hub takes the client for.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The account of the token.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.Unauthorized"/>: the token is missing or wrong.</exception>
    public async Task<Account> WhoAmIAsync(CancellationToken cancellationToken = default)
    {
        var request = HubRequest.Get(HubAddresses.WhoAmI);
        var answer = await Transport.AskAsync(request, HubJsonContext.Default.WhoAmIAnswer, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Name = answer.Name ?? throw HubJson.NotExpected(Redacted.Address(request.Address), "no name", null),
            FullName = answer.Fullname,
            Organisations =
            [
                .. (answer.Orgs ?? []).OfType<OrganisationAnswer>().Select(organisation => organisation.Name).OfType<string>(),
            ],
            TokenName = answer.Auth?.AccessToken?.DisplayName,
            TokenRole = answer.Auth?.AccessToken?.Role,
        };
    }
}
