using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Models;

/// <summary>What the config.json of every family of models says, field for field.</summary>
/// <remarks>
/// Fields that neither this record nor that of the family lists are kept in <see cref="Other"/>; those of them that would change the
/// mathematics are refused by name when the record is read.
/// </remarks>
public abstract record ModelConfig
{
    private protected ModelConfig(Modality modality, string modelType) => (Modality, ModelType) = (modality, modelType);

    /// <summary>What the model takes.</summary>
    [JsonIgnore]
    public Modality Modality { get; }

    /// <summary>The name of the architecture, such as <c>vit</c> or <c>bert</c>.</summary>
    public string ModelType { get; init; }

    /// <summary>The class that wrote the weights; decides which head is expected.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Width of the residual stream; a multiple of the number of heads.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Number of encoder blocks.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width of the hidden layer of the feed-forward blocks.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Activation of the feed-forward blocks, by transformers' name.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Dropout after embeddings, attention output and feed-forward, in training only; 0 to 1.</summary>
    public double HiddenDropoutProb { get; init; }

    /// <summary>Dropout of attention weights, in training only; 0 to 1.</summary>
    public double AttentionProbsDropoutProb { get; init; }

    /// <summary>Standard deviation of fresh weights; of no effect on pretrained ones.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Epsilon of every layer norm; null takes that of the library whose names the weights use (1e-12, or 1e-6 for timm and torchvision).</summary>
    public double? LayerNormEps { get; init; }

    /// <summary>Class names by index in decimal.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? Id2Label { get; init; }

    /// <summary>Class indices by name; read from numbers or, as older training scripts wrote them, from text.</summary>
    [JsonPropertyName("label2id")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public IReadOnlyDictionary<string, int>? Label2Id { get; init; }

    /// <summary>Number of classes where no labels are listed.</summary>
    public int? NumLabels { get; init; }

    /// <summary>The kind of target the head was trained for, or null.</summary>
    public string? ProblemType { get; init; }

    /// <summary>Fields that no record names, as they stood.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }

    /// <summary>Number of classes: that of <see cref="Id2Label"/>, else <see cref="NumLabels"/>, else 2 as in transformers.</summary>
    [JsonIgnore]
    public int Classes => Id2Label?.Count ?? NumLabels ?? 2;

    /// <summary>Class names by index; numbered ones where the config lists none.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Labels =>
        [.. Enumerable.Range(0, Classes).Select(index => Id2Label?.GetValueOrDefault($"{index}") ?? $"LABEL_{index}")];

    /// <summary>The sizes of the inputs by the name of their field, such as <c>image_size</c>: one number, or height and width.</summary>
    [JsonIgnore]
    public abstract IReadOnlyDictionary<string, IReadOnlyList<int>> InputSizes { get; }

    /// <summary>The inputs and their sizes, in a few words.</summary>
    [JsonIgnore]
    public abstract string InputSummary { get; }

    /// <summary>The config as transformers writes it: two spaces, sorted by name, with a line feed at the end.</summary>
    public string ToJson() => ConfigJson.Write(JsonSerializer.SerializeToNode(this, GetType(), ConfigJson.Options)!);

    /// <summary>The names that transformers gives classes without names.</summary>
    internal static IReadOnlyList<string> NumberedLabels(int classes) =>
        [.. Enumerable.Range(0, classes).Select(index => $"LABEL_{index}")];

    /// <summary>The same config for a head of other classes.</summary>
    internal ModelConfig WithLabels(IReadOnlyList<string> names) =>
        this with
        {
            NumLabels = null,
            Id2Label = names.Index().ToDictionary(pair => $"{pair.Index}", pair => pair.Item),
            Label2Id = names.Index().DistinctBy(pair => pair.Item).ToDictionary(pair => pair.Item, pair => pair.Index),
        };

    /// <summary>Reads a JSON object as the config of a family.</summary>
    private protected static T Read<T>(string json, string place, Func<JsonElement, T?> read)
        where T : ModelConfig
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement) ?? throw new ModelException($"{place} holds null; a JSON object is needed.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"{place} is not a model config: {e.Message}", e);
        }
    }
}
