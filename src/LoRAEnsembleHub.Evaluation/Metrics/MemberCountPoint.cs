namespace LoRAEnsembleHub.Evaluation;

/// <summary>What an ensemble is worth with fewer of its members.</summary>
/// <param name="Members">How many members.</param>
/// <param name="Subsets">How many choices of that many members were averaged over.</param>
/// <param name="Accuracy">Mean share of examples that are right; 0 … 1.</param>
/// <param name="NegativeLogLikelihood">Mean, in nats; 0 or more.</param>
/// <param name="AccuracyDeviation">Standard deviation of the accuracy over the choices; 0 for one.</param>
/// <param name="NegativeLogLikelihoodDeviation">Standard deviation of the likelihood over the choices; 0 for one.</param>
public sealed record MemberCountPoint(
    int Members,
    int Subsets,
    double Accuracy,
    double NegativeLogLikelihood,
    double AccuracyDeviation,
    double NegativeLogLikelihoodDeviation
);
