using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Whole networks as members: those of an explicit ensemble, or the snapshots of one.</summary>
internal sealed class NetworkSystem : EnsembleSystem
{
    private readonly string method;
    private readonly ModelEnsemble networks;
    private readonly IReadOnlyList<long?> seeds;

    /// <param name="method">As manifests have it.</param>
    /// <param name="networks">Taken over.</param>
    /// <param name="seeds">One per network.</param>
    public NetworkSystem(string method, IReadOnlyList<PretrainedModel> networks, IReadOnlyList<long?> seeds) =>
        (this.method, this.networks, this.seeds) = (method, new ModelEnsemble(networks), seeds);

    /// <inheritdoc />
    public override PredictiveModel Model => networks;

    /// <inheritdoc />
    public override void Dispose() => networks.Dispose();

    /// <inheritdoc />
    internal override RepositoryContent Content(EnsembleWriterOptions options) =>
        new()
        {
            Method = method,
            Files = EnsembleMethod.ModelFiles,
            Seeds = seeds,
            Classes = networks.Models[0].Labels.Count,
            Facts = new EnsembleCardFacts(networks.Models.Count, 0, networks.Models.Sum(network => network.ParameterCount)),
            WriteMemberAsync = (member, folder, metadata, cancellationToken) =>
                networks.Models[member].SaveAsync(folder, metadata, cancellationToken),
        };
}
