namespace LoRAEnsembleHub.Evaluation;

/// <summary>The negative log-likelihood at one temperature, from the true classes alone: a search asks for it about a hundred times.</summary>
internal static class TemperedLikelihood
{
    internal static double Of(Predictions predictions, IReadOnlyList<int> labels, Aggregation aggregation, double temperature) =>
        aggregation switch
        {
            Aggregation.MeanProbability => MeanProbability(predictions, labels, temperature),
            Aggregation.MeanLogit => MeanLogit(predictions, labels, temperature),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "Use MeanProbability or MeanLogit."),
        };

    private static double MeanProbability(Predictions predictions, IReadOnlyList<int> labels, double temperature)
    {
        var (scaled, truths) = (new double[predictions.Classes], new double[predictions.Members]);
        var sum = 0.0;
        for (var example = 0; example < labels.Count; example++)
        {
            for (var member = 0; member < truths.Length; member++)
            {
                var logits = predictions.Logits(member, example);
                for (var label = 0; label < scaled.Length; label++)
                {
                    scaled[label] = logits[label] / temperature;
                }

                truths[member] = scaled[labels[example]] - Softmax.LogOfSum(scaled);
            }

            sum -= Softmax.LogOfSum(truths) - Math.Log(truths.Length);
        }

        return sum / labels.Count;
    }

    private static double MeanLogit(Predictions predictions, IReadOnlyList<int> labels, double temperature)
    {
        var scaled = new double[predictions.Classes];
        var sum = 0.0;
        for (var example = 0; example < labels.Count; example++)
        {
            Array.Clear(scaled);
            for (var member = 0; member < predictions.Members; member++)
            {
                var logits = predictions.Logits(member, example);
                for (var label = 0; label < scaled.Length; label++)
                {
                    scaled[label] += logits[label] / temperature / predictions.Members;
                }
            }

            sum += Softmax.LogOfSum(scaled) - scaled[labels[example]];
        }

        return sum / labels.Count;
    }
}
