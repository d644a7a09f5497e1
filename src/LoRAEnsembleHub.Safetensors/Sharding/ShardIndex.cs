using System.Text.Json;

namespace LoRAEnsembleHub.Safetensors.Sharding;

/// <summary>The index of a sharded checkpoint: which file holds which tensor.</summary>
/// <remarks>transformers writes it as <c>model.safetensors.index.json</c>, with the map under <c>weight_map</c>.</remarks>
internal static class ShardIndex
{
    /// <summary>Reads the index.</summary>
    /// <returns>The bare file name for each tensor name.</returns>
    /// <exception cref="SafetensorsException">The index is not of the expected form, or names a file outside the folder.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(ReadCapped(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (
                document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object
            )
            {
                throw Wrong(path, "the index has no object called weight_map.");
            }

            return map.EnumerateObject()
                .ToDictionary(pair => pair.Name, pair => ShardName(path, pair.Name, pair.Value), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An escaped lone surrogate is an invalid operation to the reader.
            throw new SafetensorsException(
                SafetensorsDefect.InvalidIndex,
                path,
                null,
                $"the index is not valid JSON: {exception.Message}",
                exception
            );
        }
    }

    private static byte[] ReadCapped(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > SafetensorsLimits.MaxHeaderBytes)
        {
            throw Wrong(path, $"the index has {file.Length} bytes; at most {SafetensorsLimits.MaxHeaderBytes} are allowed.");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static string ShardName(string path, string tensor, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new SafetensorsException(SafetensorsDefect.InvalidIndex, path, tensor, "weight_map must name a file for each tensor.");
        }

        var name = value.GetString()!;
        return IsBare(name)
            ? name
            : throw new SafetensorsException(
                SafetensorsDefect.UnsafeShardName,
                path,
                tensor,
                $"the shard {SafetensorsException.Quote(name)} is not a bare file name; shards must lie beside their index."
            );
    }

    // The rules of all systems at once, so that an index is safe everywhere or nowhere; the colon stands for drives and hidden streams.
    private static bool IsBare(string name) =>
        name.Length > 0 && name != "." && name != ".." && !name.Any(unit => unit is '/' or '\\' or ':' || char.IsControl(unit));

    private static SafetensorsException Wrong(string path, string problem) => new(SafetensorsDefect.InvalidIndex, path, null, problem);
}
