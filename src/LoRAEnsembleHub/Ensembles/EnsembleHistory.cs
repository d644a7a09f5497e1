using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>What was done to an ensemble after its training, kept in its manifest.</summary>
public static class EnsembleHistory
{
    /// <summary>The field of <see cref="EnsembleManifest.Training"/> that lists the changes, the oldest first.</summary>
    public const string FieldName = "changes";

    private const string OperationName = "operation";

    /// <summary>A manifest with one more change on its list.</summary>
    /// <param name="manifest">The manifest; stays as it is.</param>
    /// <param name="operation">What was done, such as <c>select</c>.</param>
    /// <param name="details">With what, by name.</param>
    public static EnsembleManifest WithChange(
        this EnsembleManifest manifest,
        string operation,
        params IEnumerable<(string Name, JsonNode? Value)> details
    )
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentNullException.ThrowIfNull(details);
        var training = (JsonObject?)manifest.Training?.DeepClone() ?? [];
        var change = new JsonObject { [OperationName] = operation };
        foreach (var (name, value) in details)
        {
            change[name] = value;
        }

        if (training[FieldName] is not JsonArray changes)
        {
            training[FieldName] = changes = [];
        }

        changes.Add(change);
        return manifest with { Training = training };
    }
}
