namespace LoRAEnsembleHub.Evaluation;

/// <summary>How strange a class is for an example; a prediction set holds the classes that are not too strange.</summary>
public enum ConformalScore
{
    /// <summary>1 − p: the smallest sets on average. Sadinle et al. 2019, arXiv 1609.00451 ("LAC").</summary>
    LeastAmbiguous,

    /// <summary>
    /// The summed probability of the classes at least as probable, itself included: larger sets where an example is harder. Romano et al.
    /// 2020, arXiv 2006.02544 ("APS"), without the random part; equal probabilities are ranked by class, lowest first.
    /// </summary>
    AdaptiveSets,

    /// <summary>
    /// As <see cref="AdaptiveSets"/>, but of the class itself only a share counts that is drawn for each example, as in the paper: the
    /// coverage is then met exactly instead of exceeded, and sets are smaller. A set can be empty. The draw depends on the seed and the
    /// number of the example alone.
    /// </summary>
    RandomisedSets,
}
