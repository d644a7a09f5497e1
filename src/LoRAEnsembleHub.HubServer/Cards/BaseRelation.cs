using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Finds out on which models a model builds, and how.</summary>
internal static class BaseRelation
{
    /// <returns>The ids of the bases: those of the card, else that of the adapter where it is an id and not a path.</returns>
    public static IReadOnlyList<string> Bases(JsonObject card, AdapterFacts? adapter)
    {
        var named = card.Words("base_model").Where(IsId).Distinct(StringComparer.Ordinal).ToList();
        return named.Count == 0 && adapter?.BaseModel is { } loaded && IsId(loaded) ? [loaded] : named;
    }

    /// <returns>What the card says, else the Hub's guess.</returns>
    public static string Of(JsonObject card, AdapterFacts? adapter, IReadOnlyList<string> bases, IEnumerable<string> paths) =>
        card.Word("base_model_relation") is { } said and ("adapter" or "merge" or "quantized" or "finetune") ? said
        : adapter is not null || card.Word("library_name") == "peft" || card.Words("tags").Contains("lora") ? "adapter"
        : bases.Count > 1 ? "merge"
        : paths.Any(path => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) ? "quantized"
        : "finetune";

    private static bool IsId(string text) => text.Contains('/', StringComparison.Ordinal) && RepoId.TryParse(text, RepoType.Model, out _);
}
