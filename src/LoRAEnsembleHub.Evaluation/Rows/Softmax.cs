namespace LoRAEnsembleHub.Evaluation;

/// <summary>What turned a row of logits into a distribution, kept in two parts so that the probability of a sure class keeps its digits.</summary>
/// <param name="Largest">The largest logit.</param>
/// <param name="LogSum">ln Σ e^(logit − largest); 0 … ln classes.</param>
/// <param name="Entropy">Of the distribution, in nats; 0 … ln classes.</param>
internal readonly record struct Softmax(double Largest, double LogSum, double Entropy)
{
    /// <summary>Turns logits into probabilities without overflow.</summary>
    /// <param name="logits">[classes]; finite.</param>
    /// <param name="probabilities">[classes]; receives the softmax.</param>
    internal static Softmax Apply(ReadOnlySpan<double> logits, Span<double> probabilities)
    {
        var largest = Lanes.Largest(logits);
        var (sum, weighted) = Lanes.Exponentials(logits, largest, probabilities);
        Lanes.Divide(probabilities, sum);
        var logSum = Math.Log(sum);

        // −Σ p ln p with ln p = (logit − largest) − logSum: both terms are positive, so nothing cancels.
        return new Softmax(largest, logSum, logSum - (weighted / sum));
    }

    /// <summary>The logarithm of the sum of exponentials.</summary>
    /// <param name="values">One or more numbers.</param>
    internal static double LogOfSum(ReadOnlySpan<double> values)
    {
        var largest = Lanes.Largest(values);
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += Math.Exp(value - largest);
        }

        return largest + Math.Log(sum);
    }

    /// <summary>The logarithm of a probability, finite where the probability itself rounds to 0.</summary>
    internal double LogOf(double logit) => logit - Largest - LogSum;
}
