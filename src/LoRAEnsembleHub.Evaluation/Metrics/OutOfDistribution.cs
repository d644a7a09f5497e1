namespace LoRAEnsembleHub.Evaluation;

/// <summary>Whether an ensemble notices inputs unlike its training data, by three scores that should be high inside.</summary>
/// <param name="LargestProbability">By the largest mean probability; Hendrycks and Gimpel 2017, arXiv 1610.02136.</param>
/// <param name="PredictiveEntropy">By the entropy of the mean probability, negated.</param>
/// <param name="MutualInformation">By the disagreement of the members, negated; a single member cannot tell (0.5).</param>
/// <remarks>All examples of both sides are used. The official code cuts the larger side to the size of the smaller.</remarks>
public sealed record OutOfDistribution(Separation LargestProbability, Separation PredictiveEntropy, Separation MutualInformation)
{
    /// <summary>Computes the separation by each score.</summary>
    /// <param name="inside">Predictions on examples like the training data; labels are not needed.</param>
    /// <param name="outside">Predictions of the same ensemble on other examples; labels are not needed.</param>
    public static OutOfDistribution Of(Predictions inside, Predictions outside)
    {
        var (near, far) = (Uncertainty.Of(inside), Uncertainty.Of(outside));
        return new OutOfDistribution(
            Separation.Of(Confidences(inside), Confidences(outside)),
            Separation.Of(Negated(near.PredictiveEntropy), Negated(far.PredictiveEntropy)),
            Separation.Of(Negated(near.MutualInformation), Negated(far.MutualInformation))
        );
    }

    /// <summary>Computes the separation by each score, of predictions that came in batches.</summary>
    /// <param name="inside">Examples like the training data; one or more.</param>
    /// <param name="outside">Other examples, of the same ensemble; one or more.</param>
    /// <exception cref="ArgumentException">A side has no examples.</exception>
    public static OutOfDistribution Of(StreamingEvaluation inside, StreamingEvaluation outside)
    {
        ArgumentNullException.ThrowIfNull(inside);
        ArgumentNullException.ThrowIfNull(outside);
        return new OutOfDistribution(
            Separation.Of(inside.LargestProbability, outside.LargestProbability),
            Separation.Of(Negated(inside.PredictiveEntropy), Negated(outside.PredictiveEntropy)),
            Separation.Of(Negated(inside.MutualInformation), Negated(outside.MutualInformation))
        );
    }

    private static double[] Confidences(Predictions predictions)
    {
        var mean = predictions.Aggregate(Aggregation.MeanProbability);
        return [.. Enumerable.Range(0, mean.Examples).Select(mean.Confidence)];
    }

    private static double[] Negated(IReadOnlyList<double> values) => [.. values.Select(value => -value)];
}
