using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>What the files of one commit tell about the repository, in the fields of a repository's JSON.</summary>
internal sealed record RepoFacts
{
    private const string CardPath = "README.md";
    private const int MostBytes = 8 << 20;

    private static readonly string[] architectureKeys = ["architectures", "model_type"];

    /// <summary>What is said of files that cannot be read now.</summary>
    public static RepoFacts Nothing { get; } = new() { Tags = [], Card = [] };

    /// <summary>What clients filter by.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The metadata of the card; empty where there are none or they cannot be read.</summary>
    public required JsonObject Card { get; init; }

    /// <summary>Why the metadata cannot be read; null if they can.</summary>
    public string? CardProblem { get; init; }

    /// <summary>The library that loads the model; null where it is not told.</summary>
    public string? Library { get; init; }

    /// <summary>What the model is for; null where it is not told.</summary>
    public string? PipelineTag => Card.Word("pipeline_tag");

    /// <summary>The models that this one builds on.</summary>
    public IReadOnlyList<string> Bases { get; init; } = [];

    /// <summary>How it builds on them: adapter, merge, quantized or finetune.</summary>
    public string? Relation { get; init; }

    /// <summary>The adapter's configuration: that of the root, else that of the first member of an ensemble.</summary>
    public AdapterFacts? Adapter { get; init; }

    /// <summary>What a base's config.json says it is; null where there is none.</summary>
    public JsonObject? Architecture { get; init; }

    /// <summary>Reads the files that tell something.</summary>
    /// <param name="type">What kind of repository it is.</param>
    /// <param name="files">All files of the commit.</param>
    /// <param name="locate">Gives a file on disk with the content of a file of the commit.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<RepoFacts> ReadAsync(
        RepoType type,
        IReadOnlyList<StoredFile> files,
        Func<StoredFile, CancellationToken, Task<string>> locate,
        CancellationToken cancellationToken
    )
    {
        var card = await ReadAsync(files, CardPath, locate, cancellationToken).ConfigureAwait(false);
        var text = CardText.Split(card is null ? "" : Encoding.UTF8.GetString(card));
        var (metadata, problem) = Metadata(text.Yaml);
        if (type != RepoType.Model)
        {
            return new()
            {
                Tags = CardTags.OfOther(metadata, text.Body),
                Card = metadata,
                CardProblem = problem,
            };
        }

        var paths = files.Select(file => file.Path).ToList();
        var config = AdapterPath(paths) is { } path ? await ReadAsync(files, path, locate, cancellationToken).ConfigureAwait(false) : null;
        var adapter = config is null ? null : AdapterFacts.Read(config);
        var bases = BaseRelation.Bases(metadata, adapter);
        return new()
        {
            Tags = CardTags.OfModel(metadata, text.Body, paths, adapter),
            Card = metadata,
            CardProblem = problem,
            Library = metadata.Word("library_name") ?? (adapter is null ? null : "peft"),
            Bases = bases,
            Relation = bases.Count == 0 ? null : BaseRelation.Of(metadata, adapter, bases, paths),
            Adapter = adapter,
            Architecture = Named(await ReadAsync(files, "config.json", locate, cancellationToken).ConfigureAwait(false)),
        };
    }

    /// <summary>Writes the facts into a repository's JSON.</summary>
    /// <param name="info">The object with id, sha and so on.</param>
    /// <param name="type">What kind of repository it is.</param>
    public void AddTo(JsonObject info, RepoType type)
    {
        info["tags"] = new JsonArray([.. Tags.Select(tag => (JsonNode)tag)]);
        if (Card.Count > 0)
        {
            info["cardData"] = Card.DeepClone();
        }

        if (type != RepoType.Model)
        {
            return;
        }

        Set(info, "library_name", Library);
        Set(info, "pipeline_tag", PipelineTag);
        if (Card["model-index"] is { } index)
        {
            info["model-index"] = index.DeepClone();
        }

        if (Bases.Count > 0)
        {
            info["baseModels"] = new JsonObject
            {
                ["relation"] = Relation,
                ["models"] = new JsonArray([.. Bases.Select(id => new JsonObject { ["_id"] = id, ["id"] = id })]),
            };
        }

        var config = Architecture?.DeepClone().AsObject() ?? [];
        if (Adapter is not null)
        {
            config["peft"] = Adapter.ToJson();
        }

        if (config.Count > 0)
        {
            info["config"] = config;
        }
    }

    private static void Set(JsonObject info, string key, string? value)
    {
        if (value is not null)
        {
            info[key] = value;
        }
    }

    private static (JsonObject Metadata, string? Problem) Metadata(string? yaml)
    {
        try
        {
            return (yaml is null ? [] : YamlReader.ReadMapping(yaml), null);
        }
        catch (CardException error)
        {
            return ([], error.Message);
        }
    }

    // An ensemble keeps one adapter in each member's folder; they share the base.
    private static string? AdapterPath(List<string> paths) =>
        paths.Contains(AdapterFacts.FileName)
            ? AdapterFacts.FileName
            : paths
                .Where(path =>
                    path.StartsWith("member-", StringComparison.Ordinal)
                    && path.EndsWith("/" + AdapterFacts.FileName, StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal)
                .FirstOrDefault();

    private static JsonObject? Named(byte[]? config)
    {
        try
        {
            if (config is null || JsonNode.Parse(config) is not JsonObject all)
            {
                return null;
            }

            var named = new JsonObject();
            foreach (var key in architectureKeys.Where(key => all[key] is not null))
            {
                named[key] = all[key]!.DeepClone();
            }

            return named.Count > 0 ? named : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ReadAsync(
        IReadOnlyList<StoredFile> files,
        string path,
        Func<StoredFile, CancellationToken, Task<string>> locate,
        CancellationToken cancellationToken
    )
    {
        var file = files.FirstOrDefault(file => file.Path == path);
        return file is null || file.Size > MostBytes
            ? null
            : await File.ReadAllBytesAsync(await locate(file, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
    }
}
