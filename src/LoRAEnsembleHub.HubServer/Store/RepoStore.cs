using System.Collections.Concurrent;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>The server's own repositories, in one folder: <c>objects/</c>, <c>repos/models--OWNER--NAME/</c>, <c>moved/</c>, <c>temporary/</c>.</summary>
/// <remarks>One process at a time; a lock file says so. There is no database: all of it can be copied while the server is down.</remarks>
internal sealed class RepoStore : IDisposable
{
    private const int TreesInMemory = 64;

    private readonly string root;
    private readonly Action<StoreStep> step;
    private readonly FileStream claim;
    private readonly TreeCache trees = new(TreesInMemory);
    private readonly ConcurrentDictionary<string, StoredRepository> repositories = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim names = new(1, 1);

    private RepoStore(string root, ServerLimits limits, Action<StoreStep> step)
    {
        (this.root, this.step) = (root, step);
        claim = Claim(root);
        Clear(Temporary);
        Objects = new(root, limits, step);
        Directory.CreateDirectory(Repos);
        Directory.CreateDirectory(Moved);
    }

    public ObjectStore Objects { get; }

    /// <summary>All repositories, by name.</summary>
    public IEnumerable<StoredRepository> Repositories => repositories.Values;

    private string Repos => Path.Combine(root, "repos");

    private string Moved => Path.Combine(root, "moved");

    private string Temporary => Path.Combine(root, "temporary");

    /// <summary>Opens a store, makes it when there is none, and clears what a crash left half done.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="limits">How much it takes.</param>
    /// <param name="step">Called between the writes of a change.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="IOException">Another server has the store open.</exception>
    /// <exception cref="InvalidDataException">The store is damaged.</exception>
    public static async Task<RepoStore> OpenAsync(
        string path,
        ServerLimits limits,
        Action<StoreStep> step,
        CancellationToken cancellationToken
    )
    {
        var store = new RepoStore(Path.GetFullPath(path), limits, step);
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(store.Repos))
            {
                if (IdOf(Path.GetFileName(folder)) is { } id)
                {
                    var files = new RepoFolder(folder, store.Objects, step);
                    store.Add(id, files, await files.ReadStateAsync(cancellationToken).ConfigureAwait(false));
                }
            }

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public StoredRepository? Find(RepoId id) =>
        repositories.TryGetValue(id.CacheFolderName, out var found) && found.Id == id ? found : null;

    /// <returns>The name that a repository has now; null if it never had this one, or has been replaced.</returns>
    public RepoId? FindMoved(RepoId id)
    {
        var note = Path.Combine(Moved, id.CacheFolderName);
        return !repositories.ContainsKey(id.CacheFolderName) && File.Exists(note) ? IdOf(File.ReadAllText(note)) : null;
    }

    /// <summary>Makes a repository with a first commit.</summary>
    /// <returns>The repository.</returns>
    /// <exception cref="RequestFault">409: there is one of that name, or of one that differs only in case.</exception>
    public async Task<StoredRepository> CreateAsync(
        RepoId id,
        GitCommit commit,
        FileTree tree,
        Func<CommitHash, RepoState> first,
        CancellationToken cancellationToken
    )
    {
        await names.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            EnsureFree(id);
            var building = Objects.NewTemporaryPath();
            Directory.CreateDirectory(building);
            var files = new RepoFolder(building, Objects, step);
            await files.AddAsync(commit, tree, cancellationToken).ConfigureAwait(false);
            var state = first(commit.Hash);
            await files.WriteStateAsync(state, cancellationToken).ConfigureAwait(false);
            Directory.Move(building, FolderOf(id));
            DurableFile.FlushFolder(Repos);
            File.Delete(Path.Combine(Moved, id.CacheFolderName));
            return Add(id, new RepoFolder(FolderOf(id), Objects, step), state);
        }
        finally
        {
            names.Release();
        }
    }

    /// <summary>Takes a repository away; its content stays among the objects.</summary>
    public async Task DeleteAsync(StoredRepository repository, CancellationToken cancellationToken)
    {
        var leaving = Objects.NewTemporaryPath();
        await repository
            .EndAsync(
                _ =>
                {
                    Directory.Move(FolderOf(repository.Id), leaving);
                    DurableFile.FlushFolder(Repos);
                    repositories.TryRemove(repository.Id.CacheFolderName, out var _);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        Directory.Delete(leaving, recursive: true);
    }

    /// <summary>Gives a repository another name; the old one leads to the new.</summary>
    /// <exception cref="RequestFault">409: the new name is taken.</exception>
    public async Task MoveAsync(StoredRepository repository, RepoId target, CancellationToken cancellationToken)
    {
        await names.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            EnsureFree(target);
            await repository
                .EndAsync(
                    state =>
                    {
                        Directory.Move(FolderOf(repository.Id), FolderOf(target));
                        DurableFile.FlushFolder(Repos);
                        repositories.TryRemove(repository.Id.CacheFolderName, out var _);
                        Add(target, new RepoFolder(FolderOf(target), Objects, step), state);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            File.Delete(Path.Combine(Moved, target.CacheFolderName));
            await DurableFile
                .WriteAsync(
                    Path.Combine(Moved, repository.Id.CacheFolderName),
                    Objects.NewTemporaryPath(),
                    Encoding.UTF8.GetBytes(target.CacheFolderName),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        finally
        {
            names.Release();
        }
    }

    public void Dispose()
    {
        claim.Dispose();
        names.Dispose();
        foreach (var repository in repositories.Values)
        {
            repository.Dispose();
        }
    }

    private static FileStream Claim(string root)
    {
        Directory.CreateDirectory(root);
        try
        {
            return new(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new IOException($"The store {root} is in use by another server. End that one, or choose another folder.", error);
        }
    }

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Names have no "--", so the folder's name can be taken apart again.
    private static RepoId? IdOf(string folderName)
    {
        var parts = folderName.Split("--", 2);
        return
            parts.Length == 2
            && RepoTypes.TryParse(parts[0], out var type)
            && RepoId.TryParse(parts[1].Replace("--", "/", StringComparison.Ordinal), type, out var id)
            ? id
            : null;
    }

    private string FolderOf(RepoId id) => Path.Combine(Repos, id.CacheFolderName);

    private StoredRepository Add(RepoId id, RepoFolder files, RepoState state) =>
        repositories[id.CacheFolderName] = new(id, files, state, Objects, trees);

    private void EnsureFree(RepoId id)
    {
        if (repositories.TryGetValue(id.CacheFolderName, out var taken))
        {
            throw RequestFault.Conflict($"There is a repository {taken.Id.FullName} already.");
        }
    }
}
