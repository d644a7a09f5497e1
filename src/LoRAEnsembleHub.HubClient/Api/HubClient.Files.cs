namespace LoRAEnsembleHub.Hub;

public sealed partial class HubClient
{
    /// <summary>Reads one small file into memory, past the cache: to look at a repository without pulling it.</summary>
    /// <param name="repo">The repository.</param>
    /// <param name="commit">At which state.</param>
    /// <param name="path">The file's name.</param>
    /// <param name="mostBytes">The longest file to take; 1 or more.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The bytes; null if there is no such file.</returns>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.UnsafeName"/>: the name is none; otherwise the repository may not be read, the file is longer, or the hub could not be
    /// asked.
    /// </exception>
    /// <remarks>The bytes are not verified: a hub states no hash here. Use <see cref="PullAsync"/> for what is to be relied on.</remarks>
    public async Task<byte[]?> ReadFileAsync(
        RepoId repo,
        CommitHash commit,
        string path,
        int mostBytes,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(repo);
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBytes, 1);
        var request = HubRequest.Get(HubAddresses.File(repo, commit, path)) with
        {
            Repo = repo,
            MaxAnswerBytes = mostBytes,
            NotFoundMeans = HubErrorKind.EntryNotFound,
        };
        try
        {
            using var response = await Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HubException exception) when (exception.Kind == HubErrorKind.EntryNotFound)
        {
            return null;
        }
    }

    /// <summary>Asks what the hub's scan of a repository's files found.</summary>
    /// <param name="repo">The repository.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The verdict; null if the hub does not scan.</returns>
    /// <exception cref="HubException">There is no such repository, it may not be read, or the hub could not be asked.</exception>
    public async Task<RepoScan?> GetScanAsync(RepoId repo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var request = HubRequest.Get($"{HubAddresses.Repo(repo)}/scan") with
        {
            Repo = repo,
            MaxAnswerBytes = 16 << 20,
            Expected = [404, 501],
        };
        using var response = await Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? RepoScan.From(await HubJson.ReadAsync(response, HubJsonContext.Default.ScanAnswer, cancellationToken).ConfigureAwait(false))
            : null;
    }
}
