using System.Text;
using System.Text.Json;

namespace LoRAEnsembleHub.Safetensors.Header;

/// <summary>What JSON a reader stands at, in words for messages.</summary>
internal static class JsonKinds
{
    private const int ShownBytes = 40;

    /// <summary>Moves on by one token and says which it is.</summary>
    public static JsonTokenType Next(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType;
    }

    public static string Name(JsonTokenType token) =>
        token switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.Null => "null",
            _ => "a truth value",
        };

    /// <summary>A number as it is written, anything else by its kind.</summary>
    public static string Show(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.ValueSpan.Length <= ShownBytes
            ? Encoding.ASCII.GetString(json.ValueSpan)
            : Name(json.TokenType);
}
