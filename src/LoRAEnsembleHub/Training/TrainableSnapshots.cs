using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The one network of a snapshot ensemble and the states of it that became members.</summary>
/// <remarks>Huang et al. 2017 (arXiv 1704.00109). Snapshots lie in the memory of the processor.</remarks>
internal sealed class TrainableSnapshots : TrainableSystem
{
    private readonly TrainableNetwork network;
    private readonly SnapshotSchedule schedule;
    private readonly IReadOnlyList<string> labels;
    private readonly long seed;
    private readonly List<Dictionary<string, Tensor>> snapshots = [];

    private TrainableSnapshots(TrainableNetwork network, SnapshotSchedule schedule, IReadOnlyList<string> labels, long seed)
        : base(network.Parameters) => (this.network, this.schedule, this.labels, this.seed) = (network, schedule, labels, seed);

    /// <summary>Copies the base.</summary>
    /// <param name="model">The base; not changed, not disposed.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="labels">Class names of the head.</param>
    /// <param name="schedule">When snapshots are taken.</param>
    public static TrainableSnapshots Draw(
        PretrainedModel model,
        TrainingOptions options,
        IReadOnlyList<string> labels,
        SnapshotSchedule schedule
    ) => new(TrainableNetwork.Draw(model, options, labels, 0), schedule, labels, options.Seed);

    /// <inheritdoc />
    public override Gradients Learn(TrainingBatch batch)
    {
        var (loss, gradients) = WholeNetwork.Learn(network, batch);
        return new Gradients(loss, gradients);
    }

    /// <inheritdoc />
    public override IReadOnlyList<IReadOnlyList<Tensor>> ByOwner(IReadOnlyDictionary<string, Tensor> gradients) =>
        [WholeNetwork.OfOneOwner(gradients)];

    /// <inheritdoc />
    public override void Updated(int step)
    {
        if (schedule.SnapshotsAt(step) > snapshots.Count)
        {
            snapshots.Add(Copy());
        }
    }

    /// <inheritdoc />
    public override IEnumerable<KeyValuePair<string, Tensor>> Kept(int step)
    {
        while (snapshots.Count < schedule.SnapshotsAt(step))
        {
            snapshots.Add(Copy()); // to be read into
        }

        return snapshots
            .Index()
            .SelectMany(snapshot =>
                snapshot.Item.Select(weight => KeyValuePair.Create($"snapshot-{snapshot.Index:00}.{weight.Key}", weight.Value))
            );
    }

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">No snapshot was taken yet.</exception>
    public override EnsembleSystem ToSystem(string name, ProductRoute route)
    {
        if (snapshots.Count == 0)
        {
            throw new InvalidOperationException(
                $"{name} has no snapshot yet; the first one is taken after {schedule.BurnInSteps} updates."
            );
        }

        return new NetworkSystem(
            EnsembleMethod.SnapshotEnsemble,
            [.. snapshots.Select(snapshot => Member(snapshot, route))],
            [.. snapshots.Select(_ => (long?)seed)]
        );
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        network.Dispose();
        foreach (var tensor in snapshots.SelectMany(snapshot => snapshot.Values))
        {
            tensor.Dispose();
        }
    }

    private Dictionary<string, Tensor> Copy()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        return Parameters.ToDictionary(
            weight => weight.Key,
            weight => weight.Value.detach().cpu().clone().DetachFromDisposeScope(),
            StringComparer.Ordinal
        );
    }

    private PretrainedModel Member(Dictionary<string, Tensor> snapshot, ProductRoute route)
    {
        using var scope = NewDisposeScope();
        var weights = snapshot.ToDictionary(
            weight => weight.Key,
            weight => weight.Value.alias().to(network.Model.Device).DetachFromDisposeScope(),
            StringComparer.Ordinal
        );
        var model = network.Model.Over(new ParameterSet(weights), labels);
        model.AskedRoute = route;
        return model;
    }
}
