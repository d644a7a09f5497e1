using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>The figures of an ensemble under both aggregations, of its members, and of what sets them apart.</summary>
public sealed record EvaluationSummary
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The number of examples.</summary>
    [JsonPropertyName("examples")]
    public required int Examples { get; init; }

    /// <summary>The number of classes.</summary>
    [JsonPropertyName("classes")]
    public required int Classes { get; init; }

    /// <summary>The ensemble as the mean of its members' probabilities.</summary>
    [JsonPropertyName("mean_probability")]
    public required EvaluationScores MeanProbability { get; init; }

    /// <summary>The ensemble as the softmax of its members' mean logits.</summary>
    [JsonPropertyName("mean_logit")]
    public required EvaluationScores MeanLogit { get; init; }

    /// <summary>The mean of the members' figures: what one member picked at random gets.</summary>
    [JsonPropertyName("mean_of_members")]
    public required EvaluationScores MeanOfMembers { get; init; }

    /// <summary>[members]; each member by itself.</summary>
    [JsonPropertyName("members")]
    public required IReadOnlyList<EvaluationScores> Members { get; init; }

    /// <summary>Mean over examples of the mutual information, in nats; 0 for one member. See <see cref="Uncertainty"/>.</summary>
    [JsonPropertyName("mean_mutual_information")]
    public required double MeanMutualInformation { get; init; }

    /// <summary>Population variance over members, averaged over examples and classes; 0 … 0.25.</summary>
    [JsonPropertyName("mean_variance")]
    public required double MeanVariance { get; init; }

    /// <summary>How often two members name different classes; 0 … 1. See <see cref="Evaluation.Disagreement"/>.</summary>
    [JsonPropertyName("disagreement")]
    public required double Disagreement { get; init; }

    /// <summary>Computes every figure.</summary>
    /// <param name="predictions">Predictions with labels.</param>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static EvaluationSummary From(Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var labels = predictions.NeededLabels();
        var row = new EnsembleRow(predictions.Members, predictions.Classes);
        var tally = new EnsembleTally(predictions.Members, predictions.Classes, new StreamingOptions { ClasswiseBins = 0 });
        for (var example = 0; example < predictions.Examples; example++)
        {
            row.Take(predictions, example);
            tally.Add(row, labels[example]);
        }

        return tally.ToSummary();
    }

    /// <summary>The figures as Markdown: a table with four decimals, and a line on the members' differences.</summary>
    /// <returns>Text that ends with a line end.</returns>
    public string ToMarkdown() => SummaryTable.ToMarkdown(this);

    /// <summary>The figures as JSON, unrounded; names as in the metrics of a model card (<c>nll</c>, <c>ece_10</c> …).</summary>
    /// <returns>One object, indented.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, Indented);
}
