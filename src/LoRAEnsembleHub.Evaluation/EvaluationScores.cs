using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>The usual figures of one prediction: of an ensemble, of a member, or the mean of several.</summary>
public sealed record EvaluationScores
{
    /// <summary>Share of examples that are right; 0 … 1. See <see cref="Evaluation.Accuracy"/>.</summary>
    [JsonPropertyName("accuracy")]
    public required double Accuracy { get; init; }

    /// <summary>F1 averaged over classes; 0 … 1. See <see cref="MacroScores"/>.</summary>
    [JsonPropertyName("macro_f1")]
    public required double MacroF1 { get; init; }

    /// <summary>Nats; 0 or more. See <see cref="Evaluation.NegativeLogLikelihood"/>.</summary>
    [JsonPropertyName("nll")]
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>0 … 2. See <see cref="Evaluation.Brier"/>.</summary>
    [JsonPropertyName("brier")]
    public required double Brier { get; init; }

    /// <summary>Calibration error over 10 bins; 0 … 1. See <see cref="Ece"/>.</summary>
    [JsonPropertyName("ece_10")]
    public required double Ece10 { get; init; }

    /// <summary>Calibration error over 15 bins; 0 … 1. See <see cref="Ece"/>.</summary>
    [JsonPropertyName("ece_15")]
    public required double Ece15 { get; init; }

    /// <summary>Mean entropy of these distributions in nats; 0 … ln classes.</summary>
    [JsonPropertyName("mean_entropy")]
    public required double MeanEntropy { get; init; }

    /// <summary>Computes the figures of one prediction.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public static EvaluationScores Of(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        MetricInput.Check(probabilities, labels);
        var tally = new DistributionTally(probabilities.Classes);
        for (var example = 0; example < labels.Count; example++)
        {
            var row = new DistributionRow(probabilities.Of(example));
            var truth = labels[example];
            tally.Add(row, truth, probabilities.LogOf(example, truth), probabilities.Entropy(example));
        }

        return tally.ToScores();
    }

    /// <summary>The mean of each figure.</summary>
    /// <param name="scores">One or more.</param>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static EvaluationScores MeanOf(IReadOnlyList<EvaluationScores> scores) =>
        new()
        {
            Accuracy = scores.Average(score => score.Accuracy),
            MacroF1 = scores.Average(score => score.MacroF1),
            NegativeLogLikelihood = scores.Average(score => score.NegativeLogLikelihood),
            Brier = scores.Average(score => score.Brier),
            Ece10 = scores.Average(score => score.Ece10),
            Ece15 = scores.Average(score => score.Ece15),
            MeanEntropy = scores.Average(score => score.MeanEntropy),
        };
}
