namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Repositories that lie in a folder as plain files: <c>OWNER/NAME/</c>, <c>datasets/OWNER/NAME/</c>, <c>spaces/…</c>, <c>kernels/…</c>.</summary>
internal sealed class PlainFolder(string root, TimeProvider time)
{
    private readonly string root = Path.GetFullPath(root);
    private readonly Dictionary<RepoId, FolderRepository> opened = [];
    private readonly Lock gate = new();

    /// <returns>The ids of all repositories of a type.</returns>
    public IEnumerable<RepoId> Ids(RepoType type) =>
        from owner in Folders(FolderOf(type))
        from name in Folders(Path.Combine(FolderOf(type), owner))
        where !(type == RepoType.Model && RepoTypes.TryParse(owner, out var kind) && owner == kind.Plural())
        let id = RepoId.TryParse($"{owner}/{name}", type, out var parsed) ? parsed : null
        where id is not null
        select id;

    /// <returns>The repository as its files are now; null if there is no such folder.</returns>
    public async Task<IRepository?> FindAsync(RepoId id, CancellationToken cancellationToken)
    {
        // The folder must spell the name so: on systems that fold case, two names would be one repository.
        if (id.Namespace is null || !Ids(id.Type).Contains(id))
        {
            return null;
        }

        FolderRepository? repository;
        lock (gate)
        {
            if (!opened.TryGetValue(id, out repository))
            {
                opened.Add(id, repository = new(id, Path.Combine(FolderOf(id.Type), id.Namespace, id.Name), time));
            }
        }

        return await repository.NowAsync(cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder)
            ? Directory
                .EnumerateDirectories(folder)
                .Select(path => Path.GetFileName(path))
                .Where(name => !name.StartsWith('.'))
                .Order(StringComparer.Ordinal)
            : [];

    private string FolderOf(RepoType type) => type == RepoType.Model ? root : Path.Combine(root, type.Plural());
}
