namespace LoRAEnsembleHub.Hub;

/// <summary>Fetches files so that only the announced bytes are ever taken for them.</summary>
internal sealed class ContentFetch(HubTransport transport, HubClientOptions options)
{
    /// <summary>Fills a partial with a file's content and checks its hash; a wrong content is thrown away and fetched once more.</summary>
    /// <param name="repo">Whose.</param>
    /// <param name="commit">At which commit, so that a branch that moves meanwhile does not matter.</param>
    /// <param name="file">What is wanted.</param>
    /// <param name="partial">With what an earlier run left.</param>
    /// <param name="meter">Told of every piece.</param>
    /// <param name="cancellationToken">Ends it; what arrived stays.</param>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.Integrity"/>: the content was wrong twice, and the partial is empty; or the hub refused, or the faults did not pass.
    /// </exception>
    public async Task FetchAsync(
        RepoId repo,
        CommitHash commit,
        RepoFile file,
        PartialFile partial,
        TransferMeter meter,
        CancellationToken cancellationToken
    )
    {
        var request = HubRequest.Get(HubAddresses.File(repo, commit, file.Path)) with
        {
            Repo = repo,
            NotFoundMeans = HubErrorKind.EntryNotFound,
        };
        try
        {
            if (await PassAsync(request).ConfigureAwait(false) is { } first)
            {
                DownloadLog.WrongContent(options.Logger, file.Path, first, file.Hash.Hex);

                // A store between here and the hub may have kept the wrong bytes.
                if (await PassAsync(request with { Headers = [new("Cache-Control", "no-cache")] }).ConfigureAwait(false) is { } second)
                {
                    throw Wrong(repo, file, second, partial);
                }
            }
        }
        catch (IOException exception) when (DiskSpace.IsFull(exception))
        {
            throw new HubException(
                HubErrorKind.DiskFull,
                $"The disk of {partial.Content.Name} is full after {partial.Held} of {file.Size} bytes.",
                "Free some space and pull again: what arrived is kept and gone on from.",
                exception
            )
            {
                RepoId = repo,
            };
        }

        DownloadLog.Fetched(options.Logger, file.Path, file.Size);

        async Task<string?> PassAsync(HubRequest asked)
        {
            using var pass = new ContentPass(transport, options, file, asked, partial, meter);
            var wrong = await pass.RunAsync(cancellationToken).ConfigureAwait(false);
            if (wrong is not null)
            {
                pass.Restart();
            }

            return wrong;
        }
    }

    private static HubException Wrong(RepoId repo, RepoFile file, string found, PartialFile partial) =>
        new(
            HubErrorKind.Integrity,
            $"'{HubText.Shown(file.Path)}' should be {file.Size} bytes with the hash {file.Hash}; twice something else arrived, last {found}.",
            $"Nothing was stored ({Path.GetFileName(partial.Content.Name)} is deleted). Something on the way, or the hub's store, is broken; try another network or tell the hub's operators."
        )
        {
            RepoId = repo,
        };
}
