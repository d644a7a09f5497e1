using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Reads a special token as a tokenizer's files give it: its spelling, or an object with that and how it is found.</summary>
internal static class TokenEntry
{
    private static readonly string[] Refused = ["lstrip", "rstrip", "single_word", "normalized"];

    /// <exception cref="TextException">It is neither, or is found in a way that is not supported.</exception>
    public static string Content(JsonElement value, string file, string what)
    {
        var content = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var inner) ? inner : value;
        var refused =
            value.ValueKind == JsonValueKind.Object
                ? Refused.FirstOrDefault(name => value.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True)
                : null;
        if (refused is not null)
        {
            throw new TextException(
                file,
                $"{what} {content.GetRawText()} has {refused} set, which is not supported; only tokens are that are found as they stand."
            );
        }

        return JsonFields.TextOf(content) is { Length: > 0 } text
            ? text
            : throw new TextException(file, $"{what} is {value.GetRawText()}; it must be a token, or an object with its content.");
    }
}
