using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The one network of Monte Carlo dropout, whose attention drops keys while it is trained and whenever it predicts.</summary>
/// <remarks>
/// Gal and Ghahramani 2016 (arXiv 1506.02142) with DropKey (arXiv 2208.02646), as in LoRA-Ensemble, section 4. One head is trained, as the
/// textbook has it; the published code leaves as many heads as passes at their random start, which is there to be repeated on request.
/// </remarks>
internal sealed class TrainableDropout : JointMembers
{
    private const long KeyStream = 4;

    private readonly TrainableNetwork network;
    private readonly IReadOnlyList<string> labels;

    private TrainableDropout(TrainableNetwork network, AttachedMembers view, TrainingOptions options, IReadOnlyList<string> labels)
        : base(network.Parameters, view, options) => (this.network, this.labels) = (network, labels);

    /// <inheritdoc />
    private protected override PretrainedModel Model => network.Model;

    /// <summary>Copies the base.</summary>
    /// <param name="model">The base; not changed, not disposed.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="labels">Class names of the head.</param>
    public static TrainableDropout Draw(PretrainedModel model, TrainingOptions options, IReadOnlyList<string> labels)
    {
        if (!options.AsReleased)
        {
            return new(TrainableNetwork.Draw(model, options, labels, 0), AttachedMembers.Plain(1, model.BlockCount), options, labels);
        }

        using var scope = NewDisposeScope();
        var heads = MemberDraws
            .Heads(model.Catalogue.Heads[0], options.Members, labels.Count, options.Seed)
            .ToDictionary(head => head.Key, head => head.Value.to(model.Device).DetachFromDisposeScope(), StringComparer.Ordinal);
        var view = AttachedMembers.Plain(options.Members, model.BlockCount) with { Head = heads };
        return new(TrainableNetwork.Headless(model), view, options, labels);
    }

    /// <inheritdoc />
    public override IReadOnlyList<IReadOnlyList<Tensor>> ByOwner(IReadOnlyDictionary<string, Tensor> gradients) =>
        [WholeNetwork.OfOneOwner(gradients)];

    /// <inheritdoc />
    public override EnsembleSystem ToSystem(string name, ProductRoute route)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var heads = View.Head.ToDictionary(
            head => head.Key,
            head => head.Value.cpu().clone().DetachFromDisposeScope(),
            StringComparer.Ordinal
        );
        var first = heads.ToDictionary(head => head.Key, head => head.Value[0].clone().to(Model.Device).DetachFromDisposeScope());
        var model = Model.Settled(labels, first);
        model.AskedRoute = route;
        return new DropoutSystem(model, new DropoutPasses(name, Options.Members, new(Options.DropProbability, Options.Seed), heads));
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        network.Dispose();
        foreach (var head in View.Head.Values)
        {
            head.Dispose();
        }
    }

    /// <inheritdoc />
    private protected override AttachedMembers ViewAt(int step) =>
        View with
        {
            KeyDropout = new KeyDropout(Options.DropProbability, (long)new SeededRandom(Options.Seed, KeyStream, step).NextUInt64()),
        };

    /// <inheritdoc />
    private protected override int[]? MembersAt(int step) => null;
}
