using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Puts fresh figures into a card's <c>model-index</c> and leaves results that come from elsewhere as they are.</summary>
/// <remarks>Results are the same where task, data set, its config and its split are; figures where their type and name are (huggingface_hub, repocard_data.py).</remarks>
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
        var named = merged.Where(other => SameText(other, model, Name)).ToArray();
        var same = named
            .Concat(merged.Except(named))
            .SelectMany(other => ListOf(other, Results))
            .FirstOrDefault(other => IsSame(other!, result));
        if (same is not null)
        {
            Update(same.AsObject(), ListOf(result, Metrics));
            return;
        }

        if (named.Length == 0)
        {
            merged.Add(new JsonObject { [Name] = model[Name]?.DeepClone(), [Results] = new JsonArray(result.DeepClone()) });
            return;
        }

        Appended(named[0]!.AsObject(), Results, result);
    }

    private static void Update(JsonObject result, JsonArray fresh)
    {
        foreach (var metric in fresh)
        {
            var own = ListOf(result, Metrics)
                .OfType<JsonObject>()
                .FirstOrDefault(other =>
                    SameText(other, metric, Type)
                    && (other[Name] is null || SameText(other, metric, Name))
                    && other["verified"]?.ToJsonString() != "true"
                );
            if (own is null)
            {
                Appended(result, Metrics, metric!);
            }
            else if (!JsonNode.DeepEquals(own["value"], metric!["value"]))
            {
                own["value"] = metric["value"]?.DeepClone();
            }
        }
    }

    private static bool IsSame(JsonNode one, JsonNode other) =>
        SameText(one["task"], other["task"], Type)
        && SameText(one[Dataset], other[Dataset], Type)
        && SameText(one[Dataset], other[Dataset], "config")
        && SameText(one[Dataset], other[Dataset], "split");

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
