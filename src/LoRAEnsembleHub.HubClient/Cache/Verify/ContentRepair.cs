namespace LoRAEnsembleHub.Hub;

/// <summary>Removes wrong bytes with the files of snapshots that have them, and has them fetched again.</summary>
internal sealed class ContentRepair
{
    private readonly CacheLayout layout;
    private readonly FileLocker locker;

    public ContentRepair(CacheLayout layout, FileLocker locker) => (this.layout, this.locker) = (layout, locker);

    /// <returns>The mismatch, with what became of it.</returns>
    public async Task<ContentMismatch> RunAsync(
        CachedRepo repo,
        ContentMismatch mismatch,
        Func<RepairRequest, CancellationToken, Task>? fetch,
        CancellationToken cancellationToken
    )
    {
        if (Remove(repo, mismatch) is { } failure)
        {
            return mismatch with { Failure = failure };
        }

        var requests = mismatch
            .Uses.Where(use => use.Commit is not null)
            .Select(use => new RepairRequest(repo.Id, use.Commit!, use.Name))
            .ToList();
        if (fetch is null || requests.Count == 0)
        {
            return mismatch with { IsRemoved = true };
        }

        try
        {
            foreach (var request in requests)
            {
                await fetch(request, cancellationToken).ConfigureAwait(false);
            }

            var (hash, _) = await ContentHasher.HashFileAsync(mismatch.Path, mismatch.Expected, cancellationToken).ConfigureAwait(false);
            return hash == mismatch.Expected
                ? mismatch with
                {
                    IsRemoved = true,
                    IsRepaired = true,
                }
                : mismatch with
                {
                    IsRemoved = true,
                    Failure = $"What was fetched has the hash {hash}.",
                };
        }
        catch (Exception exception) when (exception is HubException or IOException or UnauthorizedAccessException)
        {
            return mismatch with { IsRemoved = true, Failure = exception.Message };
        }
    }

    // Pointers first: a link to nothing would make other tools call the whole repository corrupt.
    private string? Remove(CachedRepo repo, ContentMismatch mismatch)
    {
        if (!mismatch.Path.StartsWith(repo.Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return "The bytes lie outside the cache, behind a link; they are left alone.";
        }

        if (!new RepoLocks(layout, repo.Folder, locker).TryTake(Path.GetFileName(mismatch.Path), out var taken))
        {
            return "Another process is downloading it.";
        }

        try
        {
            using (taken)
            {
                foreach (var path in mismatch.Uses.Select(use => use.Path).Append(mismatch.Path))
                {
                    PlainFolders.Check(layout.Root, path);
                    File.Delete(path);
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HubException)
        {
            return exception.Message;
        }
    }
}
