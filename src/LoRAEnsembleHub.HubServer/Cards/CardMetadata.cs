using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Reads fields of a card that may be one text or a list of texts.</summary>
internal static class CardMetadata
{
    /// <returns>The text of a field; null where it is something else or absent.</returns>
    public static string? Word(this JsonObject metadata, string key) => metadata[key].AsText();

    /// <returns>All texts of a field that is a text or a list; others in the list are passed over.</returns>
    public static IReadOnlyList<string> Words(this JsonObject metadata, string key) =>
        metadata[key] switch
        {
            JsonArray list => [.. list.Select(AsText).OfType<string>()],
            var one => one.AsText() is { } text ? [text] : [],
        };

    /// <returns>The text that a node is; null if it is none.</returns>
    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
