using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Hub;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>Serves the repository's folder of adapters as a hub on this machine and pulls from it what the quickstart shows.</summary>
/// <param name="served">The folder.</param>
/// <param name="cache">The cache to pull into.</param>
/// <param name="session">Told of progress.</param>
internal sealed class ShowcasePull(string served, string cache, Session session)
{
    private const int MostManifestBytes = 4 << 20;
    private const string Owner = "lorae";
    private const string FirstData = "fashion-mnist";
    private const string SecondData = "digits";
    private const string UnfamiliarData = "glyphs";

    private static readonly RepoId baseId = RepoId.Parse($"{Owner}/vit-glyphs-small");

    // Another kind of input each: the base, the data, and where in it are those to show and unfamiliar ones.
    private static readonly (string Base, string Data, string File, string? Unfamiliar)[] others =
    [
        ("ast-spoken-small", "spoken-digits", "labels.csv", null),
        ("bert-reviews-small", "movie-reviews", "reviews.csv", "editorials.csv"),
    ];

    // The large files are for training.
    private static readonly FilePatterns testImages = new(exclude: ["train-*"]);

    private readonly List<Snapshot> pulled = [];

    /// <exception cref="CommandException">The folder does not hold what is shown.</exception>
    /// <exception cref="HubException">Something in it cannot be served or pulled.</exception>
    public async Task<Showcase> RunAsync(CancellationToken cancellationToken)
    {
        var options = new HubServerOptions { Folder = served, Logger = new SessionLogger(session) };
        var server = await HubServer.StartAsync(options, cancellationToken).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            using var client = new HubClient(new HubClientOptions { Endpoint = server.Address, CacheFolder = cache });
            return await RunAsync(client, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Showcase> RunAsync(HubClient client, CancellationToken cancellationToken)
    {
        var ensembles = await EnsemblesAsync(client, baseId, cancellationToken).ConfigureAwait(false);
        var first = await EnsembleAsync(client, TrainedOn(FirstData, ensembles), cancellationToken).ConfigureAwait(false);
        var second = await EnsembleAsync(client, TrainedOn(SecondData, ensembles), cancellationToken).ConfigureAwait(false);
        var (kinds, absent) = await OthersAsync(client, cancellationToken).ConfigureAwait(false);
        return new Showcase
        {
            Others = kinds,
            Absent = absent,
            Base = pulled.First(snapshot => snapshot.Repo == baseId).Folder,
            FirstEnsemble = first,
            SecondEnsemble = second,
            FirstImages = await ImagesAsync(client, FirstData, cancellationToken).ConfigureAwait(false),
            SecondImages = await ImagesAsync(client, SecondData, cancellationToken).ConfigureAwait(false),
            UnfamiliarImages = await ImagesAsync(client, UnfamiliarData, cancellationToken).ConfigureAwait(false),
            Pulled = new PullFacts(
                client.Options.Endpoint.AbsoluteUri.TrimEnd('/'),
                served,
                cache,
                [.. pulled.GroupBy(snapshot => snapshot.Repo).Select(group => PulledRepository.Of(group.First()))]
            ),
        };
    }

    private async Task<(IReadOnlyList<OtherKind> Kinds, IReadOnlyList<string> Absent)> OthersAsync(
        HubClient client,
        CancellationToken cancellationToken
    )
    {
        var (kinds, absent) = (new List<OtherKind>(), new List<string>());
        foreach (var (name, data, file, unfamiliar) in others)
        {
            var id = RepoId.Parse($"{Owner}/{name}");
            var place = Path.Combine(served, "datasets", Owner, data);
            var ensembles = await EnsemblesAsync(client, id, cancellationToken).ConfigureAwait(false);
            if (!Directory.Exists(Path.Combine(served, Owner, name)))
            {
                absent.Add($"The base {id} is not in {served}, so nothing is shown for {data}.");
            }
            else if (!ensembles.Any(ensemble => IsOn(ensemble, data)))
            {
                absent.Add($"{served} has no ensemble on {id} that was trained on {data}, so nothing is shown for it.");
            }
            else if (!File.Exists(Path.Combine(place, file)))
            {
                absent.Add($"The data set {Owner}/{data} is not in {served}, so nothing is shown for it.");
            }
            else
            {
                var ensemble = await EnsembleAsync(client, TrainedOn(data, ensembles), cancellationToken).ConfigureAwait(false);
                var examples = await DataAsync(client, data, FilePatterns.All, cancellationToken).ConfigureAwait(false);
                kinds.Add(
                    new OtherKind(
                        pulled.First(snapshot => snapshot.Repo == id).Folder,
                        ensemble,
                        Path.Combine(examples, file),
                        unfamiliar is null ? null : Path.Combine(examples, unfamiliar)
                    )
                );
            }
        }

        return (kinds, absent);
    }

    private async Task<string> EnsembleAsync(HubClient client, RepoId id, CancellationToken cancellationToken)
    {
        var ensemble = await PullAsync(client, id, PullOptions.Default, cancellationToken).ConfigureAwait(false);
        var wanted = EnsembleBase.Of(ensemble)!;
        var found = await PullAsync(client, wanted.Repo, wanted.Pull, cancellationToken).ConfigureAwait(false);
        await wanted.VerifyAsync(found, cancellationToken).ConfigureAwait(false);
        return ensemble.Folder;
    }

    private Task<string> ImagesAsync(HubClient client, string name, CancellationToken cancellationToken) =>
        DataAsync(client, name, testImages, cancellationToken);

    private async Task<string> DataAsync(HubClient client, string name, FilePatterns patterns, CancellationToken cancellationToken) =>
        (
            await PullAsync(
                    client,
                    RepoId.Parse($"{Owner}/{name}", RepoType.Dataset),
                    new PullOptions { Patterns = patterns },
                    cancellationToken
                )
                .ConfigureAwait(false)
        ).Folder;

    private async Task<Snapshot> PullAsync(HubClient client, RepoId id, PullOptions options, CancellationToken cancellationToken)
    {
        var snapshot = await TransferBar
            .RunAsync(session, $"Pulling {id}", progress => client.PullAsync(id, options, progress, cancellationToken))
            .ConfigureAwait(false);
        pulled.Add(snapshot);
        return snapshot;
    }

    /// <summary>Ensembles on the base, with the data they were trained on.</summary>
    private static async Task<List<(RepoId Id, string Data)>> EnsemblesAsync(
        HubClient client,
        RepoId @base,
        CancellationToken cancellationToken
    )
    {
        var query = new RepoQuery { Filters = [$"base_model:adapter:{@base.FullName}"] };
        var found = new List<(RepoId, string)>();
        await foreach (var info in client.ListReposAsync(query, cancellationToken).ConfigureAwait(false))
        {
            if (
                info.Commit is { } commit
                && await client
                    .ReadFileAsync(info.Id, commit, EnsembleManifest.FileName, MostManifestBytes, cancellationToken)
                    .ConfigureAwait(false)
                    is { } manifest
                && DataOf(manifest, @base) is { } data
            )
            {
                found.Add((info.Id, data));
            }
        }

        return found;
    }

    private static string? DataOf(byte[] manifest, RepoId @base)
    {
        try
        {
            var parsed = EnsembleManifest.Parse(System.Text.Encoding.UTF8.GetString(manifest), EnsembleManifest.FileName);
            return parsed.BaseModel?.RepoId == @base.FullName ? parsed.Training?["dataset"]?.ToString() : null;
        }
        catch (AdapterException)
        {
            return null; // of another kind or version: not one to show
        }
    }

    private static bool IsOn((RepoId Id, string Data) ensemble, string data) =>
        ensemble.Data.EndsWith($"/{data}", StringComparison.Ordinal);

    /// <summary>The one trained on that data; of several the one with the name that the repository gives it.</summary>
    private RepoId TrainedOn(string data, List<(RepoId Id, string Data)> ensembles) =>
        ensembles
            .Where(ensemble => IsOn(ensemble, data))
            .OrderByDescending(ensemble => ensemble.Id.Name.EndsWith($"-lora-ensemble-{data}-m8-r8", StringComparison.Ordinal))
            .Select(ensemble => ensemble.Id)
            .FirstOrDefault()
        ?? throw CommandException.NotFound(
            $"{served} holds no ensemble on {baseId} that was trained on {data}"
                + (ensembles.Count == 0 ? "." : $"; those there: {string.Join(", ", ensembles.Select(one => one.Id))}."),
            $"Train one: lorae-hub train --base {Path.Combine(served, Owner, baseId.Name)} --data {Path.Combine(served, "datasets", Owner, data)} "
                + $"--output {Path.Combine(served, Owner, $"{baseId.Name}-lora-ensemble-{data}")} --members 4 --epochs 2"
        );
}
