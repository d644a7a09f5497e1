using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The whole networks of an explicit ensemble, trained side by side on the same batches.</summary>
/// <remarks>
/// LoRA-Ensemble, section 4 and its code: copies of one base that differ by their heads, and by noise where asked for; one optimizer over
/// all of them. Gradients are computed network after network, so the memory for activations is that of one. Names:
/// <c>member-NN.WEIGHT</c>.
/// </remarks>
internal sealed class TrainableNetworks : TrainableSystem
{
    private readonly TrainableNetwork[] networks;
    private readonly IReadOnlyList<string> labels;
    private readonly TrainingOptions options;

    private TrainableNetworks(TrainableNetwork[] networks, IReadOnlyList<string> labels, TrainingOptions options)
        : base(Named(networks)) => (this.networks, this.labels, this.options) = (networks, labels, options);

    /// <summary>Copies the base for every member.</summary>
    /// <param name="model">The base; not changed, not disposed.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="labels">Class names of the heads.</param>
    public static TrainableNetworks Draw(PretrainedModel model, TrainingOptions options, IReadOnlyList<string> labels) =>
        new(
            [.. Enumerable.Range(0, options.Members).Select(member => TrainableNetwork.Draw(model, options, labels, member))],
            labels,
            options
        );

    /// <inheritdoc />
    public override Gradients Learn(TrainingBatch batch)
    {
        var (loss, losses, gradients) = (0.0, new double?[networks.Length], new Dictionary<string, Tensor>(StringComparer.Ordinal));
        foreach (var (member, network) in networks.Index())
        {
            var (own, parts) = WholeNetwork.Learn(network, batch);
            var share = options.MemberReduction == MemberReduction.Mean ? 1.0 / networks.Length : 1.0;
            loss += share * own;
            losses[member] = own;
            foreach (var (name, part) in parts)
            {
                gradients.Add(Name(member, name), share == 1.0 ? part : part.mul_(share));
            }
        }

        return new Gradients(loss, gradients) { MemberLosses = losses.Length == 1 ? null : losses };
    }

    /// <inheritdoc />
    public override IReadOnlyList<IReadOnlyList<Tensor>> ByOwner(IReadOnlyDictionary<string, Tensor> gradients) =>
        [
            .. networks
                .Index()
                .Select(network =>
                    network.Item.Parameters.Keys.Select(name => gradients[Name(network.Index, name)].unsqueeze(0)).ToArray()
                ),
        ];

    /// <inheritdoc />
    public override void Updated(int step) { }

    /// <inheritdoc />
    public override IEnumerable<KeyValuePair<string, Tensor>> Kept(int step) => [];

    /// <inheritdoc />
    public override EnsembleSystem ToSystem(string name, ProductRoute route) =>
        new NetworkSystem(
            EnsembleMethod.ExplicitEnsemble,
            [.. networks.Select(network => WholeNetwork.Settled(network, labels, route))],
            [.. Enumerable.Range(0, networks.Length).Select(member => (long?)(options.Seed + member))]
        );

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (var network in networks)
        {
            network.Dispose();
        }
    }

    private static string Name(int member, string name) => $"member-{member:00}.{name}";

    private static SortedDictionary<string, Tensor> Named(TrainableNetwork[] networks) =>
        new(
            networks
                .Index()
                .SelectMany(network =>
                    network.Item.Parameters.Select(entry => KeyValuePair.Create(Name(network.Index, entry.Key), entry.Value))
                )
                .ToDictionary(),
            StringComparer.Ordinal
        );
}
