using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Models;

/// <summary>JSON as Hugging Face's libraries write it: snake case, two spaces, names sorted, one line feed at the end.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(VitConfig))]
[JsonSerializable(typeof(ImageExtent))]
internal sealed partial class ConfigJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions layout = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The text of a node with all names sorted, levels below included.</summary>
    public static string Write(JsonNode node) => Sorted(node)!.ToJsonString(layout) + "\n";

    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject fields => new JsonObject(
                fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sorted)]),
            _ => node?.DeepClone(),
        };
}
