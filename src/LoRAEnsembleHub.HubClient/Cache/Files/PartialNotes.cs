using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Hub;

/// <summary>What is known of a partial download, kept beside it.</summary>
/// <remarks>For people and for the next run; the bytes themselves are trusted only after their hash was taken again.</remarks>
internal sealed record PartialNotes
{
    /// <summary>Where the bytes come from, without endpoint and query.</summary>
    public required string Source { get; init; }

    /// <summary>The hash that the whole content will have.</summary>
    public required string Etag { get; init; }

    /// <summary>How many bytes the whole content has.</summary>
    public required long Size { get; init; }

    /// <summary>How many bytes were there when this was written.</summary>
    public required long Received { get; init; }

    /// <summary>When this was written.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <returns>The notes in a file; null if there are none that make sense.</returns>
    public static async Task<PartialNotes?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await AtomicFile.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } text
                ? JsonSerializer.Deserialize(text, PartialNotesJson.Default.PartialNotes)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the notes.</summary>
    public Task WriteAsync(string path, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(path, JsonSerializer.Serialize(this, PartialNotesJson.Default.PartialNotes), null, cancellationToken);
}

/// <summary>How the notes are spelled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PartialNotes))]
internal sealed partial class PartialNotesJson : JsonSerializerContext;
