using System.Collections.Concurrent;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Listings and files of the hub above; each is fetched once.</summary>
internal sealed class MirrorContents(HubClient client, string listings, ObjectStore objects, ServerLimits limits)
{
    private const int ListingsInMemory = 256;

    private readonly CacheReader here = new(new CacheLayout(client.Options.CacheFolder));
    private readonly ConcurrentDictionary<(RepoId Repo, CommitHash Commit), FileTree> known = new();
    private readonly ConcurrentDictionary<(RepoId Repo, ContentHash Content), Lazy<Task<string>>> underWay = new();

    /// <returns>The files of a commit; null if the hub above has no such commit.</returns>
    /// <exception cref="RequestFault">502: it cannot be asked, or what it says cannot be served.</exception>
    public async Task<FileTree?> ListAsync(RepoId id, CommitHash commit, CancellationToken cancellationToken)
    {
        if (known.TryGetValue((id, commit), out var tree))
        {
            return tree;
        }

        var path = Path.Combine(listings, id.CacheFolderName, commit.Hex);
        tree = File.Exists(path)
            ? new(StoreJson.Read<List<StoredFile>>(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), path))
            : await AskAsync(id, commit, path, cancellationToken).ConfigureAwait(false);
        if (known.Count >= ListingsInMemory)
        {
            known.Clear(); // All of them are on disk.
        }

        return tree is null ? null : known.GetOrAdd((id, commit), tree);
    }

    /// <summary>Brings a file here. It goes on when the client that asked goes away, so that nobody waits for the same bytes twice.</summary>
    /// <returns>A file with that content.</returns>
    /// <exception cref="RequestFault">502, 507: it cannot be had now.</exception>
    public async Task<string> FetchAsync(RepoId id, CommitHash commit, StoredFile file, CancellationToken cancellationToken)
    {
        if (here.HasBlob(id, file.Hash, file.Size))
        {
            return here.Layout.Blob(id, file.Hash); // The hash says all; a hub above that hangs would be waited for once for each file.
        }

        var key = (id, file.Hash);
        var fetch = underWay.GetOrAdd(key, _ => new(() => PullAsync(id, commit, file)));
        try
        {
            return await fetch.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (fetch.Value.IsCompleted)
            {
                underWay.TryRemove(new(key, fetch)); // A later request looks into the cache, or tries again.
            }
        }
    }

    private async Task<FileTree?> AskAsync(RepoId id, CommitHash commit, string path, CancellationToken cancellationToken)
    {
        try
        {
            var files = await client.ListFilesAsync(id, Revision.Parse(commit.Hex), cancellationToken).ConfigureAwait(false);
            if (files.Count > limits.FilesPerRepo)
            {
                throw new RequestFault(502, $"The hub above lists {files.Count} files; this server takes {limits.FilesPerRepo} at most.");
            }

            RepoPath.CheckAll(files.Select(file => file.Path));
            var tree = new FileTree(files.Select(file => new StoredFile(file.Path, file.Size, file.Hash, file.GitOid)));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await DurableFile
                .WriteAsync(path, objects.NewTemporaryPath(), StoreJson.Write(tree.Files), cancellationToken)
                .ConfigureAwait(false);
            return tree;
        }
        catch (HubException error) when (error.Kind is HubErrorKind.RevisionNotFound or HubErrorKind.RepositoryNotFound)
        {
            return null;
        }
        catch (HubException error)
        {
            throw Understood(error);
        }
    }

    private async Task<string> PullAsync(RepoId id, CommitHash commit, StoredFile file)
    {
        try
        {
            var wanted = new PullOptions { Revision = Revision.Parse(commit.Hex), Files = [file.Path] };
            var snapshot = await client.PullAsync(id, wanted, null, CancellationToken.None).ConfigureAwait(false);
            var pointer = snapshot.Files.Single(pulled => pulled.Path == file.Path).LocalPath;
            // The length of a link is that of its text, and what sends the file looks at the length.
            return File.ResolveLinkTarget(pointer, returnFinalTarget: true)?.FullName ?? pointer;
        }
        catch (HubException error)
        {
            throw Understood(error);
        }
    }

    private static RequestFault Understood(HubException error) =>
        error.Kind switch
        {
            HubErrorKind.DiskFull => new(507, "There is not enough room here for the file."),
            HubErrorKind.UnsafeName => new(502, $"What the hub above says cannot be served: {error.Message}"),
            HubErrorKind.Integrity => new(502, "The hub above sent other bytes than it announced; nothing of them was kept."),
            _ when Mirror.IsNoAnswer(error) => new(502, "This is not here yet, and the hub above cannot be reached."),
            _ => new(502, $"The hub above did not give this ({error.Kind})."),
        };
}
