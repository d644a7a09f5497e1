using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>What the methods that train whole networks do alike.</summary>
internal static class WholeNetwork
{
    /// <summary>The loss of one network on a batch, and its gradients by weight, in the current scope.</summary>
    public static (double Loss, Dictionary<string, Tensor> Gradients) Learn(TrainableNetwork network, TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var alone = AttachedMembers.Plain(1, network.Model.BlockCount);
        var logits = network.Model.ForwardForTraining(batch.Inputs, alone, batch.Dropout, batch.Route); // [1, batch, classes]
        var loss = EnsembleLoss.Of(logits, batch.Labels, batch.ClassWeights, MemberReduction.Mean);
        var gradients = autograd.grad([loss], [.. network.Parameters.Values]);
        var named = network
            .Parameters.Keys.Zip(gradients)
            .ToDictionary(pair => pair.First, pair => pair.Second.MoveToOuterDisposeScope(), StringComparer.Ordinal);
        return (loss.item<float>(), named);
    }

    /// <summary>Gradients with the leading axis that clipping wants, all of one owner; views in the current scope.</summary>
    public static IReadOnlyList<Tensor> OfOneOwner(IReadOnlyDictionary<string, Tensor> gradients) =>
        [.. gradients.Values.Select(gradient => gradient.unsqueeze(0))];

    /// <summary>The network as a model that predicts; shares the memory of what is trained.</summary>
    public static PretrainedModel Settled(TrainableNetwork network, IReadOnlyList<string>? labels, ProductRoute route)
    {
        var model = network.Model.Settled(labels);
        model.AskedRoute = route;
        return model;
    }
}
