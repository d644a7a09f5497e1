using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>Cross-entropy over the rows of all members, with the targets repeated for each.</summary>
/// <remarks>LoRA-Ensemble's code: the mean of the members' losses, not the loss of the mean prediction; weighted as torch's cross_entropy.</remarks>
internal static class EnsembleLoss
{
    /// <param name="logits">[members, batch, classes].</param>
    /// <param name="labels">[batch], whole numbers.</param>
    /// <param name="weights">[classes], or null.</param>
    /// <param name="reduction">Mean over members as published, or their sum.</param>
    /// <returns>One number in the current scope.</returns>
    public static Tensor Of(Tensor logits, Tensor labels, Tensor? weights, MemberReduction reduction)
    {
        using var scope = NewDisposeScope();
        var members = logits.size(0);
        var loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.repeat(members), weights);
        return (reduction == MemberReduction.Sum ? loss * members : loss.alias()).MoveToOuterDisposeScope();
    }

    /// <summary>The same for every member by itself, to be told, not to be learned from.</summary>
    /// <param name="logits">[members, batch, classes].</param>
    /// <param name="labels">[batch], whole numbers.</param>
    /// <param name="weights">[classes], or null.</param>
    /// <returns>[members]; their mean is the loss.</returns>
    public static float[] OfMembers(Tensor logits, Tensor labels, Tensor? weights)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (members, batch) = (logits.size(0), logits.size(1));
        var each = nn.functional.cross_entropy(logits.flatten(0, 1), labels.repeat(members), weights, reduction: nn.Reduction.None); // [members * batch]
        var own = each.view(members, batch).sum(1); // [members]
        return (own / (weights is null ? batch : weights.index_select(0, labels).sum())).cpu().data<float>().ToArray();
    }
}
