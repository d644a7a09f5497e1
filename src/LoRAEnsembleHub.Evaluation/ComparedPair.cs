namespace LoRAEnsembleHub.Evaluation;

/// <summary>Whether two systems differ, measured on the same examples.</summary>
/// <param name="Accuracy">Do their accuracies? McNemar's test.</param>
/// <param name="Likelihood">Do their negative log likelihoods? The sign-flip test of the mean difference.</param>
/// <param name="LikelihoodDifference">That difference, the other's less the reference's, with its interval; negative where the other is better.</param>
public sealed record ComparedPair(McNemarTest Accuracy, SignFlipTest Likelihood, ConfidenceInterval LikelihoodDifference)
{
    /// <summary>Compares.</summary>
    /// <param name="reference">Scores of the system that others are held against.</param>
    /// <param name="other">Scores of another system on the same examples in the same order.</param>
    /// <exception cref="ArgumentException">The numbers of examples differ.</exception>
    public static ComparedPair Of(ExampleScores reference, ExampleScores other)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(other);
        return new ComparedPair(
            McNemarTest.Of(other.Right, reference.Right),
            SignFlipTest.Of(other.NegativeLogLikelihood, reference.NegativeLogLikelihood),
            Bootstrap.OfMeanDifference(other.NegativeLogLikelihood, reference.NegativeLogLikelihood)
        );
    }
}
