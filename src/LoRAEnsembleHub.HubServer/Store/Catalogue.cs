namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Finds repositories wherever they are: in the store, in the plain folder, in the hub above.</summary>
internal sealed class Catalogue(RepoStore? store, PlainFolder? folder, Mirror? mirror)
{
    public RepoStore? Store { get; } = store;

    /// <returns>The repository; null if there is none. The store goes before the folder, the folder before the hub above.</returns>
    public async Task<IRepository?> FindAsync(RepoId id, CancellationToken cancellationToken) =>
        await FindHereAsync(id, cancellationToken).ConfigureAwait(false)
        ?? (mirror is null ? null : await mirror.FindAsync(id, cancellationToken).ConfigureAwait(false));

    /// <returns>The repository; null if there is none of this server's own.</returns>
    public async Task<IRepository?> FindHereAsync(RepoId id, CancellationToken cancellationToken)
    {
        if (Store?.Find(id) is { } stored)
        {
            return stored;
        }

        return folder is null ? null : await folder.FindAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>All of this server's own repositories of a type; what is mirrored is listed by the hub above.</returns>
    public async Task<IReadOnlyList<IRepository>> ListAsync(RepoType type, CancellationToken cancellationToken)
    {
        var found = new List<IRepository>(Store?.Repositories.Where(repository => repository.Id.Type == type) ?? []);
        foreach (var id in folder?.Ids(type) ?? [])
        {
            if (found.All(known => known.Id != id) && await folder!.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } plain)
            {
                found.Add(plain);
            }
        }

        return found;
    }
}
