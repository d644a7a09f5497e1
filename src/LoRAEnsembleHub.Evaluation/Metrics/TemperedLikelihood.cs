namespace LoRAEnsembleHub.Evaluation;

/// <summary>The mean negative log-likelihood of tempered predictions, with its first two derivatives by the inverse temperature.</summary>
/// <remarks>
/// For one distribution the slope is the expected minus the true logit and the curvature the logits' variance, so the likelihood of mean
/// logits, or of one member, has one valley. That of mean probabilities may have several.
/// </remarks>
internal sealed class TemperedLikelihood
{
    private readonly Predictions predictions;
    private readonly IReadOnlyList<int> labels;
    private readonly double[]? meanLogits; // [examples, classes]
    private readonly double[] logs; // [members], scratch; so are the next two
    private readonly double[] slopes;
    private readonly double[] curvatures;

    internal TemperedLikelihood(Predictions predictions, IReadOnlyList<int> labels, Aggregation aggregation)
    {
        (this.predictions, this.labels) = (predictions, labels);
        (logs, slopes, curvatures) = (new double[predictions.Members], new double[predictions.Members], new double[predictions.Members]);
        meanLogits = aggregation switch
        {
            Aggregation.MeanProbability when predictions.Members > 1 => null,
            Aggregation.MeanProbability or Aggregation.MeanLogit => MeanLogits(predictions),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "Use MeanProbability or MeanLogit."),
        };
    }

    /// <summary>Whether it has one valley only.</summary>
    internal bool IsConvex => meanLogits is not null;

    /// <summary>The likelihood in nats and its derivatives at an inverse temperature.</summary>
    internal (double Value, double Slope, double Curvature) At(double inverse)
    {
        var (value, slope, curvature) = (default(CompensatedSum), default(CompensatedSum), default(CompensatedSum));
        for (var example = 0; example < labels.Count; example++)
        {
            var (log, first, second) = meanLogits is null
                ? OfMembers(example, inverse)
                : OfRow(meanLogits.AsSpan(example * predictions.Classes, predictions.Classes), labels[example], inverse);
            value.Add(-log);
            slope.Add(-first);
            curvature.Add(-second);
        }

        return (value.Value / labels.Count, slope.Value / labels.Count, curvature.Value / labels.Count);
    }

    // ln of the mean of the members' probabilities: members weigh in by their share of it.
    private (double Log, double Slope, double Curvature) OfMembers(int example, double inverse)
    {
        for (var member = 0; member < logs.Length; member++)
        {
            (logs[member], slopes[member], curvatures[member]) = OfRow(predictions.Logits(member, example), labels[example], inverse);
        }

        var total = Softmax.LogOfSum(logs);
        var (slope, curvature) = (0.0, 0.0);
        for (var member = 0; member < logs.Length; member++)
        {
            var share = Math.Exp(logs[member] - total);
            slope += share * slopes[member];
            curvature += share * (curvatures[member] + (slopes[member] * slopes[member]));
        }

        return (total - Math.Log(logs.Length), slope, curvature - (slope * slope));
    }

    private static (double Log, double Slope, double Curvature) OfRow(ReadOnlySpan<double> logits, int truth, double inverse)
    {
        var largest = Lanes.Largest(logits);
        var (sum, first, second) = Lanes.Moments(logits, largest, inverse);
        var (mean, behind) = (first / sum, logits[truth] - largest);
        return ((inverse * behind) - Math.Log(sum), behind - mean, (mean * mean) - (second / sum));
    }

    private static double[] MeanLogits(Predictions predictions)
    {
        var mean = new double[predictions.Examples * predictions.Classes];
        for (var example = 0; example < predictions.Examples; example++)
        {
            var row = mean.AsSpan(example * predictions.Classes, predictions.Classes);
            for (var member = 0; member < predictions.Members; member++)
            {
                Lanes.Add(predictions.Logits(member, example), row);
            }

            Lanes.Divide(row, predictions.Members);
        }

        return mean;
    }
}
