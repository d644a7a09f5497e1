using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Checks the results in a card: <c>model-index</c>, as the Hub's own form of Papers with Code's index.</summary>
internal static class ModelIndexRules
{
    /// <returns>What is wrong, each with the place.</returns>
    /// <param name="index">The value of <c>model-index</c>.</param>
    public static IReadOnlyList<string> Check(JsonNode index)
    {
        var errors = new List<string>();
        foreach (var (model, place) in Objects(index, "model-index", errors))
        {
            Require(model, place, "name", errors);
            foreach (var (result, at) in Objects(model["results"], $"{place}.results", errors))
            {
                CheckResult(result, at, errors);
            }
        }

        return errors;
    }

    private static void CheckResult(JsonObject result, string place, List<string> errors)
    {
        if (Object(result["task"], $"{place}.task", errors) is { } task)
        {
            Require(task, $"{place}.task", "type", errors);
        }

        if (Object(result["dataset"], $"{place}.dataset", errors) is { } dataset)
        {
            Require(dataset, $"{place}.dataset", "type", errors);
            Require(dataset, $"{place}.dataset", "name", errors);
        }

        foreach (var (metric, at) in Objects(result["metrics"], $"{place}.metrics", errors))
        {
            Require(metric, at, "type", errors);
            if (metric["value"] is null)
            {
                errors.Add($"\"{at}.value\" is required");
            }
        }

        if (result["source"] is { } source && Object(source, $"{place}.source", errors) is { } from)
        {
            Require(from, $"{place}.source", "url", errors);
        }
    }

    private static void Require(JsonObject mapping, string place, string key, List<string> errors)
    {
        if (string.IsNullOrEmpty(mapping[key].AsText()))
        {
            errors.Add($"\"{place}.{key}\" is required and must be a string");
        }
    }

    private static JsonObject? Object(JsonNode? node, string place, List<string> errors)
    {
        if (node is JsonObject mapping)
        {
            return mapping;
        }

        errors.Add($"\"{place}\" must be an object");
        return null;
    }

    private static IEnumerable<(JsonObject Item, string Place)> Objects(JsonNode? node, string place, List<string> errors)
    {
        if (node is not JsonArray list)
        {
            errors.Add($"\"{place}\" must be an array");
            yield break;
        }

        for (var at = 0; at < list.Count; at++)
        {
            if (Object(list[at], $"{place}[{at}]", errors) is { } item)
            {
                yield return (item, $"{place}[{at}]");
            }
        }
    }
}
