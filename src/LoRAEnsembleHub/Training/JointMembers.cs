using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>Members that one forward pass through one model computes together.</summary>
internal abstract class JointMembers : TrainableSystem
{
    private protected JointMembers(SortedDictionary<string, Tensor> parameters, AttachedMembers view, TrainingOptions options)
        : base(parameters) => (View, Options) = (view, options);

    /// <summary>The parameters as a forward pass takes them.</summary>
    public AttachedMembers View { get; }

    private protected TrainingOptions Options { get; }

    /// <summary>The model that the members are computed with.</summary>
    private protected abstract PretrainedModel Model { get; }

    /// <inheritdoc />
    public sealed override Gradients Learn(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var logits = Model.ForwardForTraining(batch.Inputs, ViewAt(batch.Step), batch.Dropout, batch.Route).to(ScalarType.Float32); // [members, batch, classes]
        var members = MembersAt(batch.Step);
        var heard = members is null ? logits : logits.index_select(0, tensor(members, device: logits.device)); // [members, batch, classes]
        var loss = EnsembleLoss.Of(heard, batch.Labels, batch.ClassWeights, Options.MemberReduction);
        var gradients = autograd.grad([loss], [.. Parameters.Values]);
        return new Gradients(
            loss.item<float>(),
            Parameters
                .Keys.Zip(gradients)
                .ToDictionary(pair => pair.First, pair => pair.Second.MoveToOuterDisposeScope(), StringComparer.Ordinal)
        )
        {
            Members = members,
            MemberLosses =
                logits.size(0) == 1
                    ? null
                    : Own(EnsembleLoss.OfMembers(heard, batch.Labels, batch.ClassWeights), members, (int)logits.size(0)),
        };
    }

    /// <inheritdoc />
    public sealed override void Updated(int step) { }

    /// <inheritdoc />
    public sealed override IEnumerable<KeyValuePair<string, Tensor>> Kept(int step) => [];

    private static double?[] Own(float[] losses, int[]? heard, int members)
    {
        var own = new double?[members];
        foreach (var (index, loss) in losses.Index())
        {
            own[heard?[index] ?? index] = loss;
        }

        return own;
    }

    /// <summary>The members as the update after so many others sees them.</summary>
    private protected abstract AttachedMembers ViewAt(int step);

    /// <summary>The members that take part in the update after so many others; null for all.</summary>
    private protected abstract int[]? MembersAt(int step);
}
