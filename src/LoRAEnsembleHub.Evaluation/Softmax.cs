namespace LoRAEnsembleHub.Evaluation;

/// <summary>Exponentials that neither overflow nor lose small numbers.</summary>
internal static class Softmax
{
    /// <summary>The logarithm of the sum of exponentials.</summary>
    /// <param name="values">One or more finite numbers.</param>
    internal static double LogSum(ReadOnlySpan<double> values)
    {
        var largest = values[0];
        foreach (var value in values)
        {
            largest = Math.Max(largest, value);
        }

        var sum = 0.0;
        foreach (var value in values)
        {
            sum += Math.Exp(value - largest);
        }

        return largest + Math.Log(sum);
    }

    /// <summary>Turns logits into probabilities and their logarithms.</summary>
    /// <param name="logits">[classes].</param>
    /// <param name="probabilities">[classes]; receives the softmax.</param>
    /// <param name="logs">[classes]; receives its logarithm, finite even where the probability rounds to 0.</param>
    internal static void Apply(ReadOnlySpan<double> logits, Span<double> probabilities, Span<double> logs)
    {
        var largest = logits[0];
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        var sum = 0.0;
        for (var label = 0; label < logits.Length; label++)
        {
            probabilities[label] = Math.Exp(logits[label] - largest);
            sum += probabilities[label];
        }

        var logSum = Math.Log(sum);
        for (var label = 0; label < logits.Length; label++)
        {
            probabilities[label] /= sum;
            logs[label] = logits[label] - largest - logSum;
        }
    }
}
