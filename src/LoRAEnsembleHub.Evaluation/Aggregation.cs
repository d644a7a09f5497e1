namespace LoRAEnsembleHub.Evaluation;

/// <summary>How the members of an ensemble become one distribution over the classes.</summary>
/// <remarks>
/// The LoRA-Ensemble paper (arXiv 2405.14438) describes the mean of probabilities; its published accuracies and calibration errors were
/// computed from mean logits. Results should say which one they use.
/// </remarks>
public enum Aggregation
{
    /// <summary>The mean over members of each member's softmax.</summary>
    MeanProbability,

    /// <summary>The softmax of the mean over members of the logits.</summary>
    MeanLogit,
}
