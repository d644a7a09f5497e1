using System.Collections.Immutable;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Watches one plain folder: each look hashes what has changed since the last, and nothing else.</summary>
/// <remarks>
/// The commit is git's own over the files, with a fixed author and date, so equal folders have equal hashes on every machine. Links, hidden
/// folders of tools (<c>.git</c>, <c>.cache</c>) and names that could not be pulled everywhere are left out.
/// </remarks>
internal sealed class FolderRepository(RepoId id, string path, TimeProvider time) : IDisposable
{
    private const string Author = "lorae-hub";
    private const int EarlierKept = 8;

    // A file that was changed right before it was hashed may change again without a new time; such a file is hashed again.
    private static readonly TimeSpan settled = TimeSpan.FromSeconds(2);

    private static readonly EnumerationOptions plainFiles = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<string, Seen> seen = new(StringComparer.Ordinal);
    private readonly List<FolderSnapshot> earlier = [];
    private volatile FolderSnapshot? latest;

    public RepoId Id => id;

    public string PathOf(StoredFile file) => Path.Combine(path, file.Path.Replace('/', Path.DirectorySeparatorChar));

    /// <returns>What the folder was before, for clients that began then.</returns>
    public FolderSnapshot? Earlier(CommitHash hash)
    {
        lock (earlier)
        {
            return earlier.Find(snapshot => snapshot.Commit.Hash == hash);
        }
    }

    /// <returns>The folder as it is now; null if it holds no file.</returns>
    public async Task<FolderSnapshot?> NowAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var files = new SortedDictionary<string, FileInfo>(StringComparer.Ordinal);
            Collect(new DirectoryInfo(path), "", files);
            if (files.Count == 0)
            {
                return null;
            }

            var changed = files
                .Where(pair => !seen.TryGetValue(pair.Key, out var known) || !known.Fits(pair.Value))
                .Select(pair => pair.Key)
                .ToHashSet();
            if (changed.Count == 0 && latest is { } same && same.Tree.Files.Count == files.Count)
            {
                return same;
            }

            return latest = await LookAsync(files, changed, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<FolderSnapshot> LookAsync(
        SortedDictionary<string, FileInfo> files,
        HashSet<string> changed,
        CancellationToken cancellationToken
    )
    {
        var attributes = files.TryGetValue(".gitattributes", out var own)
            ? await File.ReadAllTextAsync(own.FullName, cancellationToken).ConfigureAwait(false)
            : null;
        var rule = new LfsRule(attributes);
        foreach (var gone in seen.Keys.Except(files.Keys).ToList())
        {
            seen.Remove(gone);
        }

        foreach (var (name, file) in files)
        {
            var large = rule.IsLarge(name, file.Length);
            if (changed.Contains(name) || seen[name].File.IsLfs != large)
            {
                seen[name] = await HashAsync(name, file, large, cancellationToken).ConfigureAwait(false);
            }
        }

        return Snapshot(new FileTree(seen.Values.Select(entry => entry.File)), files.Values.Max(file => file.LastWriteTimeUtc));
    }

    private FolderSnapshot Snapshot(FileTree tree, DateTime modified)
    {
        var commit = CommitEntry.Of(
            new()
            {
                Tree = tree.Oid,
                Author = Author,
                Date = DateTimeOffset.UnixEpoch,
                Title = "The files of a folder",
            }
        );
        if (latest is { } before && before.Commit.Hash == commit.Hash)
        {
            return before;
        }

        lock (earlier)
        {
            earlier.RemoveAll(snapshot => snapshot.Commit.Hash == commit.Hash);
            if (latest is not null)
            {
                earlier.Add(latest);
            }

            earlier.RemoveRange(0, Math.Max(0, earlier.Count - EarlierKept));
        }

        var state = new RepoState
        {
            CreatedAt = new(modified, TimeSpan.Zero),
            ModifiedAt = new(modified, TimeSpan.Zero),
            Branches = new Dictionary<string, CommitHash> { [RepoState.DefaultBranch] = commit.Hash }.ToImmutableDictionary(),
        };
        return new(this, commit, tree, state);
    }

    private async Task<Seen> HashAsync(string name, FileInfo file, bool large, CancellationToken cancellationToken)
    {
        // The size is taken from the open file: what is hashed is what is told.
        var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 17, true);
        await using (stream.ConfigureAwait(false))
        {
            var size = stream.Length;
            using var hasher = large ? ContentHasher.Sha256() : ContentHasher.GitBlob(size);
            var read = await hasher.AppendAsync(stream, cancellationToken).ConfigureAwait(false);
            var hash = hasher.Finish();
            var settledThen = read == size && File.GetLastWriteTimeUtc(file.FullName) == file.LastWriteTimeUtc && size == file.Length;
            return new(
                large ? StoredFile.Large(name, size, hash) : StoredFile.Regular(name, size, hash),
                file.LastWriteTimeUtc,
                file.CreationTimeUtc,
                settledThen && time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > settled
            );
        }
    }

    private static void Collect(DirectoryInfo folder, string prefix, SortedDictionary<string, FileInfo> files)
    {
        if (!folder.Exists)
        {
            return;
        }

        foreach (var entry in folder.EnumerateFileSystemInfos("*", plainFiles))
        {
            var name = prefix + entry.Name;
            if (RepoPath.Complaint(name) is not null || entry.Name is ".git" or ".cache")
            {
                continue;
            }

            if (entry is FileInfo file)
            {
                files.Add(name, file);
            }
            else
            {
                Collect((DirectoryInfo)entry, name + "/", files);
            }
        }
    }

    private sealed record Seen(StoredFile File, DateTime Written, DateTime Created, bool IsSettled)
    {
        // A file put in place of another may have its size and time, but was made at another moment.
        public bool Fits(FileInfo now) =>
            IsSettled && File.Size == now.Length && Written == now.LastWriteTimeUtc && Created == now.CreationTimeUtc;
    }
}
