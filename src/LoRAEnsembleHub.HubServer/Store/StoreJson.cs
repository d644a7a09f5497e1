using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>How the store writes its own files.</summary>
internal static class StoreJson
{
    private static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new HashConverter(), new ContentConverter() },
    };

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, options);

    /// <exception cref="InvalidDataException">The file is not what the store wrote.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, options) ?? throw new JsonException("It is null.");
        }
        catch (Exception error) when (error is JsonException or HubException)
        {
            throw new InvalidDataException($"{path} of the store cannot be read: {error.Message}", error);
        }
    }

    private sealed class HashConverter : JsonConverter<CommitHash>
    {
        public override CommitHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            CommitHash.Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, CommitHash value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Hex);
    }

    private sealed class ContentConverter : JsonConverter<ContentHash>
    {
        public override ContentHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ContentHash.Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, ContentHash value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Hex);
    }
}
