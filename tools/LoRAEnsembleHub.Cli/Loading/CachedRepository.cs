using LoRAEnsembleHub.Cli.Hub;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Finds in the shared cache what a user names by its repository instead of a folder; asks no hub.</summary>
internal static class CachedRepository
{
    /// <summary>The folder of what is named.</summary>
    /// <param name="text">A folder, or <c>namespace/name</c> of a repository that was pulled.</param>
    /// <param name="option">For messages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">It is neither.</exception>
    public static async Task<string> FolderAsync(string text, string option, CancellationToken cancellationToken)
    {
        if (Directory.Exists(text) || !RepoId.TryParse(text, RepoType.Model, out var id) || id.Namespace is null)
        {
            Need.Folder(text, option);
            return text;
        }

        var cache = HubEnvironment.Read().CacheFolder;
        return await SnapshotAsync(id, PullOptions.Default, cache, cancellationToken).ConfigureAwait(false)
            ?? throw CommandException.NotFound(
                $"There is no folder {text} ({option}), and the cache {cache} has no such repository.",
                $"Pull it first: lorae-hub pull {text}. Folders are looked for from {Environment.CurrentDirectory}."
            );
    }

    /// <summary>The base that an ensemble's manifest names.</summary>
    /// <param name="ensemble">The ensemble's folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">The manifest names none, or the cache does not have it.</exception>
    public static async Task<string> BaseOfAsync(string ensemble, CancellationToken cancellationToken)
    {
        var cache = HubEnvironment.Read().CacheFolder;
        if (EnsembleBase.Of(ensemble) is not { } wanted)
        {
            throw CommandException.Usage($"--base is missing, and {ensemble} names no repository of its base.");
        }

        return await SnapshotAsync(wanted.Repo, wanted.Pull, cache, cancellationToken).ConfigureAwait(false)
            ?? throw CommandException.NotFound(
                $"--base is missing, and the cache {cache} does not have {wanted.Repo}, the base of {ensemble}.",
                $"Pull it first: lorae-hub pull {wanted.Repo}"
                    + (wanted.Pull.Revision == Revision.Main ? "" : $" --revision {wanted.Pull.Revision}")
                    + ", or give its folder as --base."
            );
    }

    // A snapshot of which only a part was pulled may still hold all that a model needs; loading finds out.
    private static async Task<string?> SnapshotAsync(RepoId id, PullOptions pull, string cache, CancellationToken cancellationToken)
    {
        using var client = new HubClient(new HubClientOptions { CacheFolder = cache, Offline = true });
        try
        {
            return (await client.PullAsync(id, pull, progress: null, cancellationToken).ConfigureAwait(false)).Folder;
        }
        catch (HubException e) when (e.Kind is HubErrorKind.IncompleteSnapshot && e.SnapshotFolder is not null)
        {
            return e.SnapshotFolder;
        }
        catch (HubException e) when (e.Kind is HubErrorKind.LocalEntryNotFound or HubErrorKind.Offline)
        {
            return null;
        }
    }
}
