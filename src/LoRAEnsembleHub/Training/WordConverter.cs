using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Training;

/// <summary>Writes kinds as words, such as <c>epoch_step</c>, and refuses other words with those that are known.</summary>
internal sealed class WordConverter : JsonConverterFactory
{
    /// <inheritdoc />
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    /// <inheritdoc />
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    /// <summary>The word for a kind.</summary>
    public static string Word<T>(T kind)
        where T : struct, Enum =>
        typeof(T).GetField(kind.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private sealed class Of<T> : JsonConverter<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string> words = Enum.GetValues<T>().ToDictionary(kind => kind, Word);

        private static readonly Dictionary<string, T> kinds = words.ToDictionary(
            pair => pair.Value,
            pair => pair.Key,
            StringComparer.Ordinal
        );

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var known = string.Join(", ", kinds.Keys);
            return reader.TokenType != JsonTokenType.String ? throw new JsonException($"There must be one of the words {known}.")
                : kinds.TryGetValue(reader.GetString()!, out var kind) ? kind
                : throw new JsonException($"\"{reader.GetString()}\" is not known here; known are {known}.");
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(words[value]);
    }
}
