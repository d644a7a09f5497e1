using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What is told of one repository: what the hub says, and of ensembles what their manifest and members say.</summary>
internal sealed record RepoFact
{
    private const int MostManifestBytes = 4 << 20;
    private const string EnsembleTag = "lora-ensemble";

    public required string Id { get; init; }

    public required RepoType Type { get; init; }

    public required string? Commit { get; init; }

    public required bool IsPrivate { get; init; }

    public required DateTimeOffset? LastModified { get; init; }

    public required string? PipelineTag { get; init; }

    public required string? LibraryName { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Id of the base model, or null.</summary>
    public string? Base { get; init; }

    /// <summary>How many members; null where it is no ensemble.</summary>
    public int? Members { get; init; }

    /// <summary>Ranks of the members' updates, ascending.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [];

    /// <summary>As the manifest has them, else as the card has them.</summary>
    public IReadOnlyList<ManifestMetric> Metrics { get; init; } = [];

    /// <summary>Why the manifest could not be used; null where it could, or there is none.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads what is to be told of several repositories, some at once.</summary>
    public static async Task<IReadOnlyList<RepoFact>> ReadAllAsync(
        HubClient client,
        IReadOnlyList<RepoInfo> infos,
        CancellationToken cancellationToken
    )
    {
        var facts = new RepoFact[infos.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = client.Options.MaxWorkers, CancellationToken = cancellationToken };
        await Parallel
            .ForAsync(
                0,
                infos.Count,
                parallel,
                async (index, token) => facts[index] = await ReadAsync(client, infos[index], false, token).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        return facts;
    }

    /// <summary>Reads what is to be told of a repository.</summary>
    /// <param name="client">Asks the hub.</param>
    /// <param name="info">What the hub said already.</param>
    /// <param name="mayHoldEnsemble">Whether to look for a manifest although the tags speak of none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RepoFact> ReadAsync(HubClient client, RepoInfo info, bool mayHoldEnsemble, CancellationToken cancellationToken)
    {
        var fact = Of(info);
        if (info.Id.Type != RepoType.Model || info.Commit is null || !(mayHoldEnsemble || info.Tags.Contains(EnsembleTag)))
        {
            return fact;
        }

        var manifest = await client
            .ReadFileAsync(info.Id, info.Commit, EnsembleManifest.FileName, MostManifestBytes, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return manifest is null
                ? fact
                : await fact.WithAsync(client, info, EnsembleManifest.Parse(Text(manifest), EnsembleManifest.FileName), cancellationToken)
                    .ConfigureAwait(false);
        }
        catch (AdapterException e)
        {
            return fact with { Problem = e.Message };
        }
    }

    private static RepoFact Of(RepoInfo info) =>
        new()
        {
            Id = info.Id.FullName,
            Type = info.Id.Type,
            Commit = info.Commit?.Hex,
            IsPrivate = info.IsPrivate,
            LastModified = info.LastModified,
            PipelineTag = info.PipelineTag,
            LibraryName = info.LibraryName,
            Tags = info.Tags,
            Base = info.Tags.FirstOrDefault(tag => tag.StartsWith("base_model:adapter:", StringComparison.Ordinal))?.Split(':', 3)[2],
            Metrics = CardMetrics.Of(info.Card),
        };

    private async Task<RepoFact> WithAsync(HubClient client, RepoInfo info, EnsembleManifest manifest, CancellationToken cancellationToken)
    {
        // The members of an ensemble are alike; the first stands for all, and inspect tells differences after a pull.
        var config = await client
            .ReadFileAsync(info.Id, info.Commit!, $"{manifest.Members![0].Path}/adapter_config.json", MostManifestBytes, cancellationToken)
            .ConfigureAwait(false);
        return this with
        {
            Base = manifest.BaseModel?.RepoId ?? Base,
            Members = manifest.PredictionCount,
            Ranks = config is null ? [] : AdapterRanks.Of(config),
            Metrics = manifest.Metrics is { Count: > 0 } metrics ? metrics : Metrics,
        };
    }

    private static string Text(byte[] bytes) => new System.Text.UTF8Encoding(false, true).GetString(bytes);
}
