using LoRAEnsembleHub.Hub.Serving.Lfs;
using LoRAEnsembleHub.Hub.Serving.Scan;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>All that the routes of one server share.</summary>
internal sealed class HubHost : IDisposable
{
    private HubHost(HubServerOptions options, RepoStore? store, LargeUploads? large)
    {
        Options = options;
        Store = store;
        Large = large;
        Mirror = store is null || options.Upstream is null ? null : new(options, store.Objects);
        Catalogue = new(store, options.Folder is null ? null : new PlainFolder(options.Folder, options.Time), Mirror);
        Tokens = new(options.Tokens);
        Uploads = new(options.Limits.ConcurrentUploads);
        Commits = new(options.Time);
    }

    public HubServerOptions Options { get; }

    public ServerLimits Limits => Options.Limits;

    public TimeProvider Time => Options.Time;

    public ILogger Logger => Options.Logger;

    /// <summary>The server's own repositories; null when it only serves a folder.</summary>
    public RepoStore? Store { get; }

    /// <summary>Uploads under way; null without a store.</summary>
    public LargeUploads? Large { get; }

    /// <summary>The repositories of the hub above; null without one.</summary>
    public Mirror? Mirror { get; }

    public Catalogue Catalogue { get; }

    public TokenCheck Tokens { get; }

    public UploadGate Uploads { get; }

    public CommitWriter Commits { get; }

    public FactReader Facts { get; } = new();

    public Verdicts Verdicts { get; } = new();

    public static async Task<HubHost> OpenAsync(HubServerOptions options, Action<StoreStep> step, CancellationToken cancellationToken)
    {
        if (options.Folder is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder {folder} to serve.");
        }

        var store = options.Storage is null
            ? null
            : await RepoStore.OpenAsync(options.Storage, options.Limits, step, cancellationToken).ConfigureAwait(false);
        try
        {
            var large = store is null ? null : await LargeUploads.OpenAsync(store, options, cancellationToken).ConfigureAwait(false);
            return new(options, store, large);
        }
        catch
        {
            store?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Mirror?.Dispose();
        Store?.Dispose();
        Uploads.Dispose();
    }
}
