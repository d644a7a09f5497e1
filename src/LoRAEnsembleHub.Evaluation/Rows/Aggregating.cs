namespace LoRAEnsembleHub.Evaluation;

/// <summary>Makes one distribution per example of those of the members.</summary>
internal static class Aggregating
{
    internal static Probabilities MeanProbability(Predictions predictions)
    {
        var (values, logs) = Empty(predictions); // [examples, classes] each
        var (row, classes) = (new EnsembleRow(predictions.Members, predictions.Classes), predictions.Classes);
        for (var example = 0; example < predictions.Examples; example++)
        {
            row.Take(predictions, example);
            row.ApplyMembers();
            row.MeanProbability.CopyTo(values.AsSpan(example * classes, classes));
            row.MeanProbabilityLogs(logs.AsSpan(example * classes, classes));
        }

        return new Probabilities(values, logs, classes);
    }

    internal static Probabilities MeanLogit(Predictions predictions)
    {
        var (values, logs) = Empty(predictions); // [examples, classes] each
        var (row, classes) = (new EnsembleRow(predictions.Members, predictions.Classes), predictions.Classes);
        for (var example = 0; example < predictions.Examples; example++)
        {
            row.Take(predictions, example);
            row.ApplyMeanLogit();
            row.MeanLogit.CopyTo(values.AsSpan(example * classes, classes));
            for (var label = 0; label < classes; label++)
            {
                logs[(example * classes) + label] = row.MeanLogitLog(label);
            }
        }

        return new Probabilities(values, logs, classes);
    }

    private static (double[] Values, double[] Logs) Empty(Predictions predictions) =>
        (new double[predictions.Examples * predictions.Classes], new double[predictions.Examples * predictions.Classes]);
}
