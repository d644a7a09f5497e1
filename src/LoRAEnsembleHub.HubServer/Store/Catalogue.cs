namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Finds repositories wherever they are: in the store, in the plain folder, in the hub above.</summary>
internal sealed class Catalogue(RepoStore? store, PlainFolder? folder)
{
    public RepoStore? Store { get; } = store;

    /// <returns>The repository; null if there is none. The store goes before the folder.</returns>
    public async Task<IRepository?> FindAsync(RepoId id, CancellationToken cancellationToken)
    {
        if (Store?.Find(id) is { } stored)
        {
            return stored;
        }

        return folder is null ? null : await folder.FindAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>All repositories of a type that are here.</returns>
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
