using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Models;

/// <summary>The config.json of a ViT or DeiT, field for field.</summary>
/// <remarks>
/// Defaults are those of transformers' ViTConfig and DeiTConfig. Fields that are not listed are kept in <see cref="Other"/>; those of
/// them that would change the mathematics are refused by name when the record is read.
/// </remarks>
public sealed record VitConfig
{
    /// <summary><c>vit</c> or <c>deit</c>.</summary>
    public string ModelType { get; init; } = "vit";

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

    /// <summary>Height and width of the input.</summary>
    public ImageExtent ImageSize { get; init; } = new(224, 224);

    /// <summary>Height and width of a patch.</summary>
    public ImageExtent PatchSize { get; init; } = new(16, 16);

    /// <summary>Colour channels of the input.</summary>
    public int NumChannels { get; init; } = 3;

    /// <summary>Whether query, key and value have a bias.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Used by masked-image models only.</summary>
    public int EncoderStride { get; init; } = 16;

    /// <summary>Width of the pooler; null means the hidden size.</summary>
    public int? PoolerOutputSize { get; init; }

    /// <summary>Activation of the pooler.</summary>
    public string PoolerAct { get; init; } = "tanh";

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

    /// <summary>Fields that this record does not name, as they stood.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }

    /// <summary>Number of classes: that of <see cref="Id2Label"/>, else <see cref="NumLabels"/>, else 2 as in transformers.</summary>
    [JsonIgnore]
    public int Classes => Id2Label?.Count ?? NumLabels ?? 2;

    /// <summary>Patches along each axis at the configured image size.</summary>
    [JsonIgnore]
    public ImageExtent PatchGrid => new(ImageSize.Height / PatchSize.Height, ImageSize.Width / PatchSize.Width);

    /// <summary>Reads config.json of transformers, or of timm.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="ModelException">It is no such config, or asks for something that is not supported; the field is named.</exception>
    public static VitConfig Parse(string json, string place)
    {
        ArgumentNullException.ThrowIfNull(json);
        VitConfig? config;
        try
        {
            using var document = JsonDocument.Parse(json);
            config = TimmConfig.IsTimm(document.RootElement)
                ? TimmConfig.Read(document.RootElement, place)
                : document.RootElement.Deserialize<VitConfig>(ConfigJson.Options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"{place} is not a model config: {e.Message}", e);
        }

        return VitConfigCheck.Checked(config ?? throw new ModelException($"{place} holds null; a JSON object is needed."), place);
    }

    /// <summary>The config as transformers writes it: two spaces, sorted by name, with a line feed at the end.</summary>
    public string ToJson() => ConfigJson.Write(JsonSerializer.SerializeToNode(this, ConfigJson.Options)!);
}
