using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>What an <c>adapter_config.json</c> of PEFT tells about a repository.</summary>
/// <param name="BaseModel">The base as its author loaded it: an id, or a path of the author's machine; null if it is not said.</param>
/// <param name="TaskType">Such as <c>CAUSAL_LM</c>; null if it is not said.</param>
/// <param name="PeftType">Such as <c>LORA</c>; null if it is not said.</param>
/// <param name="Rank">The rank; null if it is not said.</param>
internal sealed record AdapterFacts(string? BaseModel, string? TaskType, string? PeftType, int? Rank)
{
    public const string FileName = "adapter_config.json";

    private static readonly JsonDocumentOptions limits = new() { MaxDepth = 32 };

    /// <summary>Reads the file.</summary>
    /// <returns>What it tells; null if it is no JSON object.</returns>
    public static AdapterFacts? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json, null, limits) is JsonObject config
                ? new(config.Word("base_model_name_or_path"), config.Word("task_type"), config.Word("peft_type"), Number(config["r"]))
                : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null; // Somebody's file, broken or with a name twice: it tells nothing.
        }
    }

    /// <returns>The part of <c>config</c> that hub clients read.</returns>
    public JsonObject ToJson()
    {
        var peft = new JsonObject { ["base_model_name_or_path"] = BaseModel, ["task_type"] = TaskType };
        if (PeftType is not null)
        {
            peft["peft_type"] = PeftType;
        }

        if (Rank is not null)
        {
            peft["r"] = Rank;
        }

        return peft;
    }

    private static int? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;
}
