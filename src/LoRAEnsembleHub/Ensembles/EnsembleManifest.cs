using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>The manifest lora_ensemble.json of a trained ensemble, field for field.</summary>
/// <remarks>Fields that this version does not know are kept and written back.</remarks>
public sealed record EnsembleManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "lora_ensemble.json";

    /// <summary>The only value of <see cref="Format"/>.</summary>
    public const string FormatName = "lora-ensemble";

    /// <summary>The highest <see cref="FormatVersion"/> that is understood.</summary>
    public const int KnownVersion = 1;

    /// <summary>Always <c>lora-ensemble</c>.</summary>
    public string? Format { get; init; }

    /// <summary>1.</summary>
    public int? FormatVersion { get; init; }

    /// <summary>
    /// <c>lora-ensemble</c>, <c>single-lora</c>, <c>explicit-ensemble</c>, <c>batch-ensemble</c>, <c>mc-dropout</c> or <c>snapshot-ensemble</c>:
    /// what the members are and which files they have.
    /// </summary>
    public string? Method { get; init; }

    /// <summary>The base that the members were trained on.</summary>
    public ManifestBase? BaseModel { get; init; }

    /// <summary>The members in the order of every result's members axis.</summary>
    public IReadOnlyList<ManifestMember>? Members { get; init; }

    /// <summary>Weights that the members of a batch-ensemble share, where they were trained with them; null where the base's are used.</summary>
    public ManifestMember? Shared { get; init; }

    /// <summary>How an mc-dropout drops keys; null for other methods.</summary>
    public ManifestDropout? Dropout { get; init; }

    /// <summary>As in config.json.</summary>
    public string? ProblemType { get; init; }

    /// <summary>Class names of the heads by index in decimal.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? Id2Label { get; init; }

    /// <summary><c>mean_probability</c> or <c>mean_logit</c>: how members become one prediction.</summary>
    public string? Aggregation { get; init; }

    /// <summary>Null, one number, or one per member (not of an mc-dropout): logits are divided by it before the softmax.</summary>
    public JsonNode? Temperature { get; init; }

    /// <summary>Settings, data, software: whatever made the members.</summary>
    public JsonObject? Training { get; init; }

    /// <summary>What was measured.</summary>
    public IReadOnlyList<ManifestMetric>? Metrics { get; init; }

    /// <summary>Fields that this version does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }

    /// <summary>Class names in order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Labels => [.. Enumerable.Range(0, Id2Label?.Count ?? 0).Select(index => Id2Label![$"{index}"])];

    /// <summary>Predictions for every input: the members, or the passes of an mc-dropout.</summary>
    [JsonIgnore]
    public int PredictionCount => Dropout?.Passes ?? Members?.Count ?? 0;

    /// <summary>How members become one prediction; the mean of probabilities where <see cref="Aggregation"/> is left out.</summary>
    [JsonIgnore]
    public Evaluation.Aggregation MemberAggregation =>
        Aggregation == "mean_logit" ? Evaluation.Aggregation.MeanLogit : Evaluation.Aggregation.MeanProbability;

    /// <summary>How many numbers the training learned; null where the manifest does not say, or the ensemble was changed since.</summary>
    [JsonIgnore]
    public long? LearnedParameters =>
        Training?[EnsembleHistory.FieldName] is null && Training?["parameters"] is JsonValue value && value.TryGetValue(out long count)
            ? count
            : null;

    /// <summary>Whether members are LoRA adapters of the base.</summary>
    [JsonIgnore]
    public bool IsLora => EnsembleMethod.Find(Method) is { IsLora: true };

    /// <summary>Whether the weights of the base are needed to predict; else the ensemble brings all of its own.</summary>
    [JsonIgnore]
    public bool NeedsBase => EnsembleMethod.Find(Method) is not { HoldsModels: true } && Shared is null;

    /// <summary>The temperatures, one per prediction; all 1 when none is given.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> Temperatures =>
        Temperature switch
        {
            JsonArray list => [.. list.Select(value => (double)value!)],
            null => [.. Enumerable.Repeat(1.0, PredictionCount)],
            var one => [.. Enumerable.Repeat((double)one, PredictionCount)],
        };

    /// <summary>Reads and checks a manifest whole.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="AdapterException">It is no manifest of a known version, or a field is wrong; it is named.</exception>
    public static EnsembleManifest Parse(string json, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            // a later version may give any field another kind, so this comes before them
            ManifestCheck.CheckVersion(document.RootElement, place);
            var manifest = JsonSerializer.Deserialize<EnsembleManifest>(json, ConfigJson.Options)!;
            ManifestCheck.Check(manifest, place);
            return manifest;
        }
        catch (JsonException e) when (e.Path is { Length: > 2 } path)
        {
            throw new AdapterException(
                $"{place}: {path[2..]} cannot be read; it stands there twice or is of another kind than it must be.",
                e
            )
            {
                IsIntegrity = true,
            };
        }
        catch (JsonException e)
        {
            throw new AdapterException($"{place} is not an ensemble manifest: {e.Message}", e) { IsIntegrity = true };
        }
    }

    /// <summary>The manifest as text: two spaces, sorted names, a line feed at the end.</summary>
    public string ToJson() => ConfigJson.Write(JsonSerializer.SerializeToNode(this, ConfigJson.Options)!);
}

/// <summary>The base of an ensemble.</summary>
public sealed record ManifestBase
{
    /// <summary>Its repository, such as <c>lorae/vit-glyphs-small</c>.</summary>
    public string? RepoId { get; init; }

    /// <summary>Its commit, 40 hexadecimal digits, or null.</summary>
    public string? Revision { get; init; }

    /// <summary>As in its config.json.</summary>
    public string? ModelType { get; init; }

    /// <summary>SHA-256 of every weight file by name.</summary>
    public IReadOnlyDictionary<string, string>? Sha256 { get; init; }

    /// <summary>Bytes of every weight file by name.</summary>
    public IReadOnlyDictionary<string, long>? Size { get; init; }

    /// <summary>Fields that this version does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}

/// <summary>One member of an ensemble.</summary>
public sealed record ManifestMember
{
    /// <summary>Its folder: <c>member-NN</c>, or <c>shared</c>.</summary>
    public string? Path { get; init; }

    /// <summary>SHA-256 of each of its files by name, such as adapter_model.safetensors and adapter_config.json.</summary>
    public IReadOnlyDictionary<string, string>? Sha256 { get; init; }

    /// <summary>The seed it was initialised with, or null.</summary>
    public long? Seed { get; init; }

    /// <summary>Fields that this version does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}

/// <summary>How keys are dropped from attention in every pass of an mc-dropout.</summary>
public sealed record ManifestDropout
{
    /// <summary>Share of keys that is dropped; in (0, 1).</summary>
    public double? Probability { get; init; }

    /// <summary>Passes of a prediction; 1 or more.</summary>
    public int? Passes { get; init; }

    /// <summary>The same seed drops the same keys.</summary>
    public long? Seed { get; init; }

    /// <summary>Fields that this version does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}

/// <summary>One measured number.</summary>
public sealed record ManifestMetric
{
    /// <summary>Repository or name of the data set.</summary>
    public string? Dataset { get; init; }

    /// <summary>Which part of it.</summary>
    public string? Split { get; init; }

    /// <summary>How many examples of the split were measured on; null where all of them were.</summary>
    public int? Examples { get; init; }

    /// <summary>What was measured, such as <c>accuracy</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The number.</summary>
    public double? Value { get; init; }

    /// <summary><c>mean_probability</c>, <c>mean_logit</c>, or <c>mean_of_members</c>.</summary>
    public string? Aggregation { get; init; }

    /// <summary>Fields that this version does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}
