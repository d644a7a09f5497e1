namespace LoRAEnsembleHub.Hub;

public sealed partial class HubClient
{
    /// <summary>Makes a repository.</summary>
    /// <param name="repo">Its id; without a namespace it is the user's own.</param>
    /// <param name="isPrivate">Whether only its owners may read it.</param>
    /// <param name="mayExist">Whether one that exists already is as good; it is left as it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was made now.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.Conflict"/>: it exists; or the token does not allow it, or the hub could not be asked.</exception>
    public async Task<bool> CreateRepoAsync(
        RepoId repo,
        bool isPrivate = false,
        bool mayExist = false,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(repo);
        var question = new CreateRepoQuestion(
            repo.Name,
            repo.Namespace,
            repo.Type == RepoType.Model ? null : repo.Type.Word(),
            isPrivate ? "private" : "public"
        );
        return await ChangeAsync(
                HttpMethod.Post,
                HubAddresses.CreateRepo,
                repo,
                HubJson.Body(question, HubJsonContext.Default.CreateRepoQuestion),
                mayExist,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Deletes a repository with all its states, for good.</summary>
    /// <param name="repo">Which.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HubException">There is none, the token does not allow it, or the hub could not be asked.</exception>
    public Task DeleteRepoAsync(RepoId repo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var body = HubJson.Body(
            new DeleteRepoQuestion(repo.Name, repo.Namespace, repo.Type.Word()),
            HubJsonContext.Default.DeleteRepoQuestion
        );
        return ChangeAsync(HttpMethod.Delete, HubAddresses.DeleteRepo, repo, body, mayConflict: false, cancellationToken);
    }

    /// <summary>Makes a branch.</summary>
    /// <param name="repo">In which repository.</param>
    /// <param name="branch">Its name.</param>
    /// <param name="start">What it starts from; null for the default branch.</param>
    /// <param name="mayExist">Whether one that exists already is as good; it is left as it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was made now.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.Conflict"/>: it exists; or the token does not allow it, or the hub could not be asked.</exception>
    public Task<bool> CreateBranchAsync(
        RepoId repo,
        Revision branch,
        Revision? start = null,
        bool mayExist = false,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(repo);
        ArgumentNullException.ThrowIfNull(branch);
        var body = HubJson.Body(new BranchQuestion(start?.Name), HubJsonContext.Default.BranchQuestion);
        return ChangeAsync(HttpMethod.Post, HubAddresses.Branch(repo, branch), repo, body, mayExist, cancellationToken);
    }

    /// <summary>Deletes a branch; its commits stay as long as the hub keeps them.</summary>
    /// <param name="repo">In which repository.</param>
    /// <param name="branch">Its name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HubException">There is none, the token does not allow it, or the hub could not be asked.</exception>
    public Task DeleteBranchAsync(RepoId repo, Revision branch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repo);
        ArgumentNullException.ThrowIfNull(branch);
        return ChangeAsync(HttpMethod.Delete, HubAddresses.Branch(repo, branch), repo, null, mayConflict: false, cancellationToken);
    }

    /// <summary>Makes a tag.</summary>
    /// <param name="repo">In which repository.</param>
    /// <param name="tag">Its name.</param>
    /// <param name="revision">What it names; null for the branch <c>main</c>.</param>
    /// <param name="message">A message; null for none.</param>
    /// <param name="mayExist">Whether one that exists already is as good; it is left as it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was made now.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.Conflict"/>: it exists; or the token does not allow it, or the hub could not be asked.</exception>
    public Task<bool> CreateTagAsync(
        RepoId repo,
        Revision tag,
        Revision? revision = null,
        string? message = null,
        bool mayExist = false,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(repo);
        ArgumentNullException.ThrowIfNull(tag);
        var body = HubJson.Body(new TagQuestion(tag.Name, message), HubJsonContext.Default.TagQuestion);
        return ChangeAsync(HttpMethod.Post, HubAddresses.Tag(repo, revision ?? Revision.Main), repo, body, mayExist, cancellationToken);
    }

    /// <summary>Deletes a tag.</summary>
    /// <param name="repo">In which repository.</param>
    /// <param name="tag">Its name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HubException">There is none, the token does not allow it, or the hub could not be asked.</exception>
    public Task DeleteTagAsync(RepoId repo, Revision tag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repo);
        ArgumentNullException.ThrowIfNull(tag);
        return ChangeAsync(HttpMethod.Delete, HubAddresses.Tag(repo, tag), repo, null, mayConflict: false, cancellationToken);
    }

    private async Task<bool> ChangeAsync(
        HttpMethod method,
        string address,
        RepoId repo,
        Func<HttpContent>? body,
        bool mayConflict,
        CancellationToken cancellationToken
    )
    {
        var request = new HubRequest
        {
            Method = method,
            Address = new(address, UriKind.Relative),
            Body = body,
            Repo = repo,
            Retry = RetryKind.OnlyIfRefused,
            MaxAnswerBytes = 1 << 20,
            Expected = mayConflict ? [409] : [],
        };
        using var response = await Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }
}
