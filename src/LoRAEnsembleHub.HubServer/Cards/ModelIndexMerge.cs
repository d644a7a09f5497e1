using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Puts fresh figures into a card's <c>model-index</c> and leaves results that come from elsewhere as they are.</summary>
/// <remarks>
/// Results are the same in a model of the same name where task, source, and the data set with its config, split, revision and arguments are; figures where their type,
/// name and arguments are (huggingface_hub, repocard_data.py).
/// </remarks>
internal static class ModelIndexMerge
{
    private const string Results = "results";
    private const string Metrics = "metrics";
    private const string Name = "name";
    private const string Type = "type";
    private const string Dataset = "dataset";

    /// <summary>The field as it is to be.</summary>
    /// <param name="present">What the card says, or null.</param>
    /// <param name="wanted">Models with the fresh results.</param>
    /// <exception cref="CardException">What the card says is no list of models with results.</exception>
    public static JsonNode Of(JsonNode? present, JsonNode wanted)
    {
        if (present is null)
        {
            return wanted.DeepClone();
        }

        if (
            present is not JsonArray
            || !present.AsArray().All(model => model is JsonObject && ListOf(model, Results).All(result => result is JsonObject))
        )
        {
            throw new CardException(
                "'model-index' is no list of models with results, so fresh results have no place in it; correct or remove it first."
            );
        }

        var merged = present.DeepClone().AsArray();
        foreach (var model in wanted.AsArray())
        {
            foreach (var result in ListOf(model, Results))
            {
                Place(merged, model!, result!);
            }
        }

        return merged;
    }

    private static void Place(JsonArray merged, JsonNode model, JsonNode result)
    {
        var named = merged.OfType<JsonObject>().Where(other => SameText(other, model, Name)).ToArray();
        var same = named
            .SelectMany(other => ListOf(other, Results))
            .OfType<JsonObject>()
            .Where(other => IsSame(other, result.AsObject()))
            .ToArray();
        if (same.Length > 0)
        {
            foreach (var metric in ListOf(result, Metrics).OfType<JsonObject>())
            {
                Update(same, metric);
            }
        }
        else if (named.Length > 0)
        {
            Appended(named[0], Results, result);
        }
        else
        {
            merged.Add(new JsonObject { [Name] = model[Name]?.DeepClone(), [Results] = new JsonArray(result.DeepClone()) });
        }
    }

    private static void Update(JsonObject[] results, JsonObject metric)
    {
        var own = results
            .SelectMany(result => ListOf(result, Metrics))
            .OfType<JsonObject>()
            .Where(other =>
                SameText(other, metric, Type)
                && (other[Name] is null || SameText(other, metric, Name))
                && SameText(other, metric, "args")
                && other["verified"]?.ToJsonString() != "true"
            )
            .ToArray();
        if (own.Length == 0)
        {
            Appended(results[0], Metrics, metric);
        }

        foreach (var other in own.Where(other => !JsonNode.DeepEquals(other["value"], metric["value"])))
        {
            other["value"] = metric["value"]?.DeepClone();
        }
    }

    private static bool IsSame(JsonObject one, JsonObject other) =>
        SameText(one["task"], other["task"], Type)
        && new[] { Type, "config", "split", "revision", "args" }.All(field => SameText(one[Dataset], other[Dataset], field))
        && JsonNode.DeepEquals(one["source"], other["source"]);

    private static bool SameText(JsonNode? one, JsonNode? other, string field) =>
        JsonNode.DeepEquals((one as JsonObject)?[field], (other as JsonObject)?[field]);

    private static JsonArray ListOf(JsonNode? node, string field) => (node as JsonObject)?[field] as JsonArray ?? [];

    private static void Appended(JsonObject node, string field, JsonNode item)
    {
        if (node[field] is not JsonArray list)
        {
            node[field] = list = [];
        }

        list.Add(item.DeepClone());
    }
}
