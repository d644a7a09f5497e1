using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Repositories of another hub, fetched when they are asked for and kept: <c>mirror/</c> in the store.</summary>
/// <remarks>
/// Content lies in Hugging Face's own cache layout (<c>mirror/cache</c>), fetched, verified by hash and resumed by this library's client; what
/// was said about branches and files lies beside (<c>mirror/notes</c>, <c>mirror/listings</c>). Answers are made here from these, so nothing of
/// the other hub's addresses, redirects or Xet headers reaches a client. Pull requests are not mirrored.
/// </remarks>
internal sealed class Mirror : IDisposable
{
    private const int MissingRemembered = 10_000;

    // Questions about one repository take turns; a fixed number of queues, since anybody can ask for any name.
    private const int Turns = 64;

    // A hub that does not answer is not asked again at once, so that clients are served from what is here without waiting.
    private static readonly TimeSpan rest = TimeSpan.FromSeconds(15);

    private readonly HubServerOptions options;
    private readonly ObjectStore objects;
    private readonly string notes;
    private readonly HubClient client;
    private readonly ConcurrentDictionary<RepoId, MirrorNote> known = new();
    private readonly ConcurrentDictionary<RepoId, DateTimeOffset> missing = new();
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, Turns).Select(_ => new SemaphoreSlim(1, 1))];
    private DateTimeOffset? silentSince;

    public Mirror(HubServerOptions options, ObjectStore objects)
    {
        (this.options, this.objects) = (options, objects);
        var root = Path.Combine(Path.GetFullPath(options.Storage!), "mirror");
        notes = Path.Combine(root, "notes");
        Directory.CreateDirectory(notes);
        client = new(
            new()
            {
                Endpoint = options.Upstream!,
                Token = options.UpstreamToken,
                CacheFolder = Path.Combine(root, "cache"),
                ConnectTimeout = TimeSpan.FromSeconds(5),
                ResponseTimeout = TimeSpan.FromSeconds(20),
                MaxRetries = 1,
                Time = options.Time,
                Logger = options.Logger,
            }
        );
        Contents = new(client, Path.Combine(root, "listings"), objects, options.Limits);
    }

    public MirrorContents Contents { get; }

    /// <returns>The repository; null if the hub above has none, or none for this server.</returns>
    /// <exception cref="RequestFault">502: the hub above cannot be asked and the repository was never asked for before.</exception>
    public async Task<IRepository?> FindAsync(RepoId id, CancellationToken cancellationToken)
    {
        var turn = turns[(uint)id.GetHashCode() % Turns];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = options.Time.GetUtcNow();
            if (missing.TryGetValue(id, out var since) && now - since < options.UpstreamMaxAge)
            {
                return null;
            }

            var note = known.GetValueOrDefault(id) ?? await ReadAsync(id, cancellationToken).ConfigureAwait(false);
            if (note is not null && now - note.CheckedAt < options.UpstreamMaxAge)
            {
                return new MirrorRepository(this, id, note, isStale: false);
            }

            return silentSince is { } silent && now - silent < rest
                ? Old(id, note)
                : await AskAsync(id, note, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        client.Dispose();
        foreach (var turn in turns)
        {
            turn.Dispose();
        }
    }

    private async Task<IRepository?> AskAsync(RepoId id, MirrorNote? old, CancellationToken cancellationToken)
    {
        try
        {
            var info = await client.GetRepoAsync(id, null, cancellationToken).ConfigureAwait(false);
            var refs = await client.ListRefsAsync(id, false, cancellationToken).ConfigureAwait(false);
            var note = new MirrorNote(options.Time.GetUtcNow(), State(info, refs));
            await DurableFile
                .WriteAsync(NotePath(id), objects.NewTemporaryPath(), StoreJson.Write(note), cancellationToken)
                .ConfigureAwait(false);
            known[id] = note;
            missing.TryRemove(id, out _);
            silentSince = null;
            return new MirrorRepository(this, id, note, isStale: false);
        }
        catch (HubException error) when (IsNoAnswer(error))
        {
            silentSince = options.Time.GetUtcNow();
            MirrorLog.Silent(options.Logger, id, error.Kind);
            return Old(id, old);
        }
        catch (HubException error)
        {
            // Missing, private or gated there: for this server's clients there is no such repository.
            MirrorLog.Refused(options.Logger, id, error.Kind);
            if (missing.Count >= MissingRemembered)
            {
                missing.Clear();
            }

            missing[id] = options.Time.GetUtcNow();
            known.TryRemove(id, out _);
            return null;
        }
    }

    private MirrorRepository Old(RepoId id, MirrorNote? note) =>
        note is null
            ? throw new RequestFault(502, "This server has no such repository, and the hub it mirrors cannot be reached.")
            : new(this, id, note, isStale: true);

    private async Task<MirrorNote?> ReadAsync(RepoId id, CancellationToken cancellationToken)
    {
        var path = NotePath(id);
        if (!File.Exists(path))
        {
            return null;
        }

        var note = StoreJson.Read<MirrorNote>(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), path);
        known[id] = note;
        return note;
    }

    private static RepoState State(RepoInfo info, RepoRefs refs)
    {
        var modified = info.LastModified ?? DateTimeOffset.UnixEpoch;
        var state = new RepoState
        {
            CreatedAt = info.CreatedAt ?? modified,
            ModifiedAt = modified,
            Private = info.IsPrivate || info.Gated is not null, // Consent was given by whoever runs this server, not by its clients.
            Branches = refs.Branches.ToImmutableDictionary(entry => entry.Name, entry => entry.Commit),
            Tags = refs.Tags.ToImmutableDictionary(entry => entry.Name, entry => entry.Commit),
        };
        return info.Commit is null || state.Branches.ContainsKey(RepoState.DefaultBranch)
            ? state
            : state with
            {
                Branches = state.Branches.Add(RepoState.DefaultBranch, info.Commit),
            };
    }

    internal static bool IsNoAnswer(HubException error) =>
        error.Kind
            is HubErrorKind.Network
                or HubErrorKind.Server
                or HubErrorKind.RateLimited
                or HubErrorKind.Metadata
                or HubErrorKind.Offline;

    private string NotePath(RepoId id) => Path.Combine(notes, id.CacheFolderName + ".json");
}
