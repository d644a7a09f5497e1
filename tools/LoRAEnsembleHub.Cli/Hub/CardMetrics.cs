using System.Text.Json;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Reads the results that a model card states in its <c>model-index</c>.</summary>
internal static class CardMetrics
{
    /// <param name="card">The head of the card as JSON, or null.</param>
    /// <returns>All numbers with data set and split; whatever has another form is passed over.</returns>
    public static IReadOnlyList<ManifestMetric> Of(JsonElement? card) =>
        card is { ValueKind: JsonValueKind.Object } head
            ? [.. Items(head, "model-index").SelectMany(model => Items(model, "results")).SelectMany(Metrics)]
            : [];

    private static IEnumerable<ManifestMetric> Metrics(JsonElement result)
    {
        var data = Property(result, "dataset");
        foreach (var metric in Items(result, "metrics"))
        {
            if (Property(metric, "value") is { ValueKind: JsonValueKind.Number } value && Text(metric, "type") is { } name)
            {
                yield return new ManifestMetric
                {
                    Dataset = data is { } set ? Text(set, "name") ?? Text(set, "type") : null,
                    Split = data is { } from ? Text(from, "split") : null,
                    Name = name,
                    Value = value.GetDouble(),
                };
            }
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        Property(parent, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static JsonElement? Property(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement parent, string name) =>
        Property(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
