using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Models;

/// <summary>JSON as Hugging Face's libraries write it: snake case, two spaces, names sorted, one line feed at the end.</summary>
/// <remarks>By reflection: generated readers assign every init-only property and so lose the defaults of absent fields.</remarks>
internal static class ConfigJson
{
    /// <summary>How fields are named; a name that stands twice is refused.</summary>
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            AllowDuplicateProperties = false,
        };

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
                fields
                    .OrderBy(field => field.Key, StringComparer.Ordinal)
                    .Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sorted)]),
            _ => node?.DeepClone(),
        };
}
