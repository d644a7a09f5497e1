namespace LoRAEnsembleHub.Hub;

/// <summary>Asks a hub which files a commit has, with sizes and hashes: all of them, or some by name.</summary>
internal sealed class RepoListing(HubTransport transport)
{
    private const int MostFiles = 1_000_000;
    private const int NamesPerQuestion = 1000;
    private static readonly TimeSpan QuickAnswer = TimeSpan.FromSeconds(10);

    /// <param name="repo">Whose.</param>
    /// <param name="revision">A name that may move.</param>
    /// <param name="isPatient">Whether to try again when the hub cannot be reached; not where the cache would do.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The commit that a revision stands for now.</returns>
    /// <exception cref="HubException">There is no such revision or repository, or the hub could not be asked.</exception>
    public async Task<CommitHash> ResolveAsync(RepoId repo, Revision revision, bool isPatient, CancellationToken cancellationToken)
    {
        var request = HubRequest.Get(HubAddresses.Revision(repo, revision)) with
        {
            Repo = repo,
            Retry = isPatient ? RetryKind.Idempotent : RetryKind.Never,
            ResponseTimeout = isPatient ? null : QuickAnswer,
        };
        var answer = await transport.AskAsync(request, HubJsonContext.Default.RevisionAnswer, cancellationToken).ConfigureAwait(false);
        return CommitHash.TryParse(answer.Sha, out var commit)
            ? commit
            : throw HubJson.NotExpected(Redacted.Address(transport.Endpoint.Resolve(request.Address)), "sha is no commit hash", null);
    }

    /// <returns>All files, in the hub's order. Names are as the hub gives them and must be checked before they become paths.</returns>
    public async Task<IReadOnlyList<RepoFile>> ListAsync(RepoId repo, CommitHash commit, CancellationToken cancellationToken)
    {
        var request = HubRequest.Get(HubAddresses.Tree(repo, commit)) with { Repo = repo };
        var files = new List<RepoFile>();
        await foreach (
            var page in transport.PagesAsync(request, HubJsonContext.Default.TreeEntryAnswerArray, cancellationToken).ConfigureAwait(false)
        )
        {
            files.AddRange(Files(page, request));
            if (files.Count > MostFiles)
            {
                throw HubJson.NotExpected(Redacted.Address(request.Address), $"more than {MostFiles} files", null);
            }
        }

        return files;
    }

    /// <returns>Those of the named files that the commit has; null if the server does not answer such questions.</returns>
    public async Task<IReadOnlyList<RepoFile>?> FindAsync(
        RepoId repo,
        CommitHash commit,
        IReadOnlyList<string> paths,
        CancellationToken cancellationToken
    )
    {
        var files = new List<RepoFile>();
        foreach (var some in paths.Chunk(NamesPerQuestion))
        {
            var request = new HubRequest
            {
                Method = HttpMethod.Post,
                Address = new(HubAddresses.PathsInfo(repo, commit), UriKind.Relative),
                Body = () =>
                    new FormUrlEncodedContent([
                        .. some.Select(path => KeyValuePair.Create("paths", path)),
                        KeyValuePair.Create("expand", "false"),
                    ]),
                Repo = repo,
                MaxAnswerBytes = HubJson.LongestAnswerBytes,
                NotFoundMeans = HubErrorKind.BadRequest,
                Expected = [404, 405, 501],
            };
            using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            var asked = some.ToHashSet(StringComparer.Ordinal);
            var page = await HubJson
                .ReadAsync(response, HubJsonContext.Default.TreeEntryAnswerArray, cancellationToken)
                .ConfigureAwait(false);
            files.AddRange(Files(page, request).Where(file => asked.Contains(file.Path)));
        }

        return files;
    }

    private static IEnumerable<RepoFile> Files(TreeEntryAnswer[] page, HubRequest request)
    {
        foreach (var entry in page)
        {
            if (entry is { Type: "directory" })
            {
                continue;
            }

            var size = entry?.Lfs?.Size ?? entry?.Size;
            if (
                entry is not { Type: "file", Path: { } path, Oid: { } oid }
                || size is not >= 0
                || !CommitHash.TryParse(oid, out _)
                || !ContentHash.TryParse(entry.Lfs is { } lfs ? lfs.Oid : oid, out var hash)
                || hash.IsSha256 != entry.Lfs is not null
            )
            {
                throw HubJson.NotExpected(Redacted.Address(request.Address), $"file '{entry?.Path}' has a wrong size or hash", null);
            }

            yield return new()
            {
                Path = path,
                Size = size.Value,
                Hash = hash,
                GitOid = oid,
                IsLfs = hash.IsSha256,
            };
        }
    }
}
