using System.Text.Json;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Reads the ranks that an adapter_config.json states.</summary>
internal static class AdapterRanks
{
    /// <returns>Its <c>r</c> and those of its <c>rank_pattern</c>, ascending; none where the text is no such file.</returns>
    public static IReadOnlyList<int> Of(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var ranks = new SortedSet<int>();
            if (document.RootElement.TryGetProperty("r", out var rank) && rank.TryGetInt32(out var number))
            {
                ranks.Add(number);
            }

            if (document.RootElement.TryGetProperty("rank_pattern", out var pattern) && pattern.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in pattern.EnumerateObject())
                {
                    if (entry.Value.TryGetInt32(out var own))
                    {
                        ranks.Add(own);
                    }
                }
            }

            return [.. ranks];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }
}
