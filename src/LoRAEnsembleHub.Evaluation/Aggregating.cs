namespace LoRAEnsembleHub.Evaluation;

/// <summary>Makes one distribution per example of those of the members.</summary>
internal static class Aggregating
{
    private const double Exact = 1e-290; // Below, doubles lose digits and then vanish; their logarithms must come from the logits.

    internal static Probabilities MeanProbability(Predictions predictions)
    {
        var (values, logs) = Empty(predictions); // [examples, classes] each
        var (members, classes) = (predictions.Members, predictions.Classes);
        var (one, oneLog) = (new double[classes], new double[classes]);
        var memberLogs = new double[members * classes]; // [classes, members]
        for (var example = 0; example < predictions.Examples; example++)
        {
            var mean = values.AsSpan(example * classes, classes);
            var meanLogs = logs.AsSpan(example * classes, classes);
            for (var member = 0; member < members; member++)
            {
                OfMember(predictions, member, example, one, oneLog);
                for (var label = 0; label < classes; label++)
                {
                    mean[label] += one[label];
                    memberLogs[(label * members) + member] = oneLog[label];
                }
            }

            for (var label = 0; label < classes; label++)
            {
                mean[label] /= members;
                meanLogs[label] =
                    mean[label] > Exact
                        ? Math.Log(mean[label])
                        : Softmax.LogSum(memberLogs.AsSpan(label * members, members)) - Math.Log(members);
            }
        }

        return new Probabilities(values, logs, classes);
    }

    internal static Probabilities MeanLogit(Predictions predictions)
    {
        var (values, logs) = Empty(predictions); // [examples, classes] each
        var classes = predictions.Classes;
        var mean = new double[classes];
        for (var example = 0; example < predictions.Examples; example++)
        {
            Array.Clear(mean);
            for (var member = 0; member < predictions.Members; member++)
            {
                var logits = predictions.Logits(member, example);
                var temperature = predictions.Temperatures[member];
                for (var label = 0; label < classes; label++)
                {
                    mean[label] += logits[label] / temperature;
                }
            }

            for (var label = 0; label < classes; label++)
            {
                mean[label] /= predictions.Members;
            }

            Softmax.Apply(mean, values.AsSpan(example * classes, classes), logs.AsSpan(example * classes, classes));
        }

        return new Probabilities(values, logs, classes);
    }

    /// <summary>The softmax of one member on one example, and its logarithm.</summary>
    internal static void OfMember(Predictions predictions, int member, int example, Span<double> values, Span<double> logs)
    {
        var logits = predictions.Logits(member, example);
        var temperature = predictions.Temperatures[member];
        for (var label = 0; label < logits.Length; label++)
        {
            logs[label] = logits[label] / temperature;
        }

        Softmax.Apply(logs, values, logs);
    }

    private static (double[] Values, double[] Logs) Empty(Predictions predictions) =>
        (new double[predictions.Examples * predictions.Classes], new double[predictions.Examples * predictions.Classes]);
}
