namespace LoRAEnsembleHub.Hub;

/// <summary>Where everything lies in the cache that Hugging Face's tools share: pure functions from names to paths.</summary>
/// <remarks>huggingface_hub, "Understand caching"; names are checked types, so no path leaves the cache.</remarks>
internal sealed record CacheLayout
{
    public const string TagFileName = "CACHEDIR.TAG";
    public const string LocksFolderName = ".locks";
    public const string IncompleteSuffix = ".incomplete";

    public CacheLayout(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        Root = Path.GetFullPath(root);
    }

    /// <summary>The cache's folder, absolute: <c>~/.cache/huggingface/hub</c> by default.</summary>
    public string Root { get; }

    public string Tag => Path.Combine(Root, TagFileName);

    public string Locks => Path.Combine(Root, LocksFolderName);

    public string Repo(RepoId repo) => Path.Combine(Root, repo.CacheFolderName);

    public string Blobs(RepoId repo) => Path.Combine(Repo(repo), "blobs");

    public string Blob(RepoId repo, ContentHash hash) => Path.Combine(Blobs(repo), hash.Hex);

    public string Refs(RepoId repo) => Path.Combine(Repo(repo), "refs");

    public string Ref(RepoId repo, Revision revision) => Below(Refs(repo), revision.Name);

    public string Snapshots(RepoId repo) => Path.Combine(Repo(repo), "snapshots");

    public string Snapshot(RepoId repo, CommitHash commit) => Path.Combine(Snapshots(repo), commit.Hex);

    /// <summary>A file of a snapshot, checked by <see cref="RepoPath.Check"/>.</summary>
    public string Pointer(RepoId repo, CommitHash commit, string path) => Below(Snapshot(repo, commit), RepoPath.Check(path));

    /// <summary>The empty file that says that a snapshot has no such file.</summary>
    public string Absent(RepoId repo, CommitHash commit, string path) =>
        Below(Path.Combine(Repo(repo), ".no_exist", commit.Hex), RepoPath.Check(path));

    public string Trees(RepoId repo) => Path.Combine(Repo(repo), "trees");

    public string Tree(RepoId repo, CommitHash commit) => Path.Combine(Trees(repo), commit.Hex + ".json");

    public string Lock(RepoId repo, ContentHash hash) => Path.Combine(Locks, repo.CacheFolderName, hash.Hex + ".lock");

    private static string Below(string folder, string name) => Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar));
}
