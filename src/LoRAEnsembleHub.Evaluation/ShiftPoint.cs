namespace LoRAEnsembleHub.Evaluation;

/// <summary>What an ensemble is worth on examples that were made worse in one way and degree.</summary>
/// <param name="Corruption">What was done, such as <c>noise</c>; empty where nothing was.</param>
/// <param name="Severity">How strongly; 0 for nothing.</param>
/// <param name="Accuracy">Share of examples that are right; 0 … 1.</param>
/// <param name="NegativeLogLikelihood">Mean, in nats; 0 or more.</param>
/// <param name="Ece15">Calibration error over 15 bins; 0 … 1.</param>
/// <param name="Entropy">Mean predictive entropy, in nats.</param>
/// <param name="MutualInformation">Mean, in nats; 0 for one member.</param>
public sealed record ShiftPoint(
    string Corruption,
    int Severity,
    double Accuracy,
    double NegativeLogLikelihood,
    double Ece15,
    double Entropy,
    double MutualInformation
)
{
    /// <summary>Measures.</summary>
    /// <param name="corruption">What was done to the examples; empty for nothing.</param>
    /// <param name="severity">How strongly; 0 for nothing.</param>
    /// <param name="predictions">Predictions with labels.</param>
    /// <param name="aggregation">How members become one distribution; entropy and mutual information do not depend on it.</param>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static ShiftPoint Of(string corruption, int severity, Predictions predictions, Aggregation aggregation)
    {
        ArgumentNullException.ThrowIfNull(corruption);
        ArgumentNullException.ThrowIfNull(predictions);
        var scores = EvaluationScores.Of(predictions.Aggregate(aggregation), predictions.NeededLabels());
        var uncertainty = Uncertainty.Of(predictions);
        return new ShiftPoint(
            corruption,
            severity,
            scores.Accuracy,
            scores.NegativeLogLikelihood,
            scores.Ece15,
            uncertainty.PredictiveEntropy.Average(),
            uncertainty.MutualInformation.Average()
        );
    }
}
