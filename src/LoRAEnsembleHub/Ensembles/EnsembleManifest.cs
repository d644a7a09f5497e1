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

    /// <summary><c>lora-ensemble</c> or <c>single-lora</c> where members are LoRA adapters; other methods have other readers.</summary>
    public string? Method { get; init; }

    /// <summary>The base that the members were trained on.</summary>
    public ManifestBase? BaseModel { get; init; }

    /// <summary>The members in the order of every result's members axis.</summary>
    public IReadOnlyList<ManifestMember>? Members { get; init; }

    /// <summary>As in config.json.</summary>
    public string? ProblemType { get; init; }

    /// <summary>Class names of the heads by index in decimal.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? Id2Label { get; init; }

    /// <summary><c>mean_probability</c> or <c>mean_logit</c>: how members become one prediction.</summary>
    public string? Aggregation { get; init; }

    /// <summary>Null, one number, or one per member: logits are divided by it before the softmax.</summary>
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

    /// <summary>The temperatures, one per member; all 1 when none is given.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> Temperatures =>
        Temperature switch
        {
            JsonArray list => [.. list.Select(value => (double)value!)],
            null => [.. Enumerable.Repeat(1.0, Members!.Count)],
            var one => [.. Enumerable.Repeat((double)one, Members!.Count)],
        };

    /// <summary>Reads and checks a manifest whole.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="AdapterException">It is no manifest of a known version, or a field is wrong; it is named.</exception>
    public static EnsembleManifest Parse(string json, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
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
            );
        }
        catch (JsonException e)
        {
            throw new AdapterException($"{place} is not an ensemble manifest: {e.Message}", e);
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
    /// <summary>Its folder: <c>member-NN</c>.</summary>
    public string? Path { get; init; }

    /// <summary>SHA-256 of adapter_model.safetensors and adapter_config.json by name.</summary>
    public IReadOnlyDictionary<string, string>? Sha256 { get; init; }

    /// <summary>The seed it was initialised with, or null.</summary>
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
