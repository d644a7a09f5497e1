namespace LoRAEnsembleHub.Evaluation;

/// <summary>Everything an ensemble says about one example.</summary>
public sealed record ExamplePrediction
{
    /// <summary>[classes]; the ensemble's distribution under the aggregation asked for.</summary>
    public required IReadOnlyList<double> Probabilities { get; init; }

    /// <summary>The most probable class; the lowest of several equal ones.</summary>
    public required int Label { get; init; }

    /// <summary>The probability of that class; 1 / classes … 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Entropy of the mean probability in nats; 0 … ln classes.</summary>
    public required double PredictiveEntropy { get; init; }

    /// <summary>Mean over members of each member's entropy in nats; the part that more members would not remove.</summary>
    public required double MeanMemberEntropy { get; init; }

    /// <summary>Predictive entropy minus mean member entropy in nats, 0 or more: how much the members disagree.</summary>
    public required double MutualInformation { get; init; }

    /// <summary>[classes]; population variance of each probability over the members, 0 … 0.25.</summary>
    public required IReadOnlyList<double> Variance { get; init; }

    /// <summary>[members]; the class each member holds most probable.</summary>
    public required IReadOnlyList<int> MemberLabels { get; init; }

    /// <summary>[classes]; how many members voted for each class.</summary>
    public required IReadOnlyList<int> Votes { get; init; }

    /// <summary>Computes one example.</summary>
    /// <param name="predictions">The ensemble's logits; labels are not needed.</param>
    /// <param name="example">Which example.</param>
    /// <param name="aggregation">How members become one distribution; entropies and variance do not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public static ExamplePrediction Of(Predictions predictions, int example, Aggregation aggregation)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        PredictionsCheck.Index(example, predictions.Examples, nameof(example));
        var alone = predictions.Take(example..(example + 1));
        var (together, uncertainty) = (alone.Aggregate(aggregation), Uncertainty.Of(alone));
        var memberLabels = Enumerable.Range(0, alone.Members).Select(member => alone.OfMember(member).Label(0)).ToArray();
        var votes = new int[alone.Classes];
        foreach (var label in memberLabels)
        {
            votes[label]++;
        }

        return new ExamplePrediction
        {
            Probabilities = together.Of(0).ToArray(),
            Label = together.Label(0),
            Confidence = together.Confidence(0),
            PredictiveEntropy = uncertainty.PredictiveEntropy[0],
            MeanMemberEntropy = uncertainty.MeanMemberEntropy[0],
            MutualInformation = uncertainty.MutualInformation[0],
            Variance = uncertainty.Variance(0).ToArray(),
            MemberLabels = memberLabels,
            Votes = votes,
        };
    }
}
