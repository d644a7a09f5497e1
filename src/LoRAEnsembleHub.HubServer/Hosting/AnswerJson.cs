using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>How answers spell things, and how bodies are read.</summary>
internal static class AnswerJson
{
    // The answers are never part of a page, so only JSON's own rules need escapes.
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonDocumentOptions Strict { get; } = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <returns>A time as clients parse it: milliseconds and <c>Z</c>.</returns>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <returns>A text of a body; null where it is absent or null.</returns>
    /// <exception cref="RequestFault">400: it is something else.</exception>
    public static string? Text(this JsonObject body, string name) =>
        body[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => Letters(value, name),
            _ => throw RequestFault.BadRequest($"'{name}' must be a text."),
        };

    // JSON's grammar allows half of a pair of units; nothing that can be stored or sent has it.
    private static string Letters(JsonValue value, string name)
    {
        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException)
        {
            throw RequestFault.BadRequest($"'{name}' holds half of a pair of UTF-16 units, which is no text.");
        }
    }

    /// <returns>A yes or no of a body; null where it is absent or null.</returns>
    /// <exception cref="RequestFault">400: it is something else.</exception>
    public static bool? Flag(this JsonObject body, string name) =>
        body[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
            _ => throw RequestFault.BadRequest($"'{name}' must be true or false."),
        };

    /// <returns>A size of a body; null where it is absent or null.</returns>
    /// <exception cref="RequestFault">400: it is something else.</exception>
    public static long? Size(this JsonObject body, string name) =>
        body[name] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<long>(out var size) && size >= 0 => size,
            _ => throw RequestFault.BadRequest($"'{name}' must be a whole number of 0 or more."),
        };

    /// <returns>A list of a body; empty where it is absent or null.</returns>
    /// <exception cref="RequestFault">400: it is something else.</exception>
    public static IReadOnlyList<JsonObject> Objects(this JsonObject body, string name) =>
        body[name] switch
        {
            null => [],
            JsonArray list when list.All(item => item is JsonObject) => [.. list.Select(item => (JsonObject)item!)],
            _ => throw RequestFault.BadRequest($"'{name}' must be a list of objects."),
        };
}
