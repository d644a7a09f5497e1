using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The members of a BatchEnsemble while they are learned, and the weights they share where these are learned too.</summary>
/// <remarks>
/// Wen et al. 2020 (arXiv 2002.06715), section 3. Names: <c>SITE.input_scale</c> [members, in], <c>SITE.output_scale</c> [members, out],
/// <c>SITE.bias</c> [members, out] from the base's bias, the head's parameters [members, …], and <c>shared.WEIGHT</c>.
/// </remarks>
internal sealed class TrainableScales : JointMembers
{
    private const string SharedPrefix = "shared.";
    private const long ScaleStream = 3_000_000;

    private readonly PretrainedModel source;
    private readonly TrainableNetwork? shared;
    private readonly AdapterSite[] sites;

    private TrainableScales(
        PretrainedModel source,
        TrainableNetwork? shared,
        AdapterSite[] sites,
        SortedDictionary<string, Tensor> parameters,
        AttachedMembers view,
        TrainingOptions options
    )
        : base(parameters, view, options) => (this.source, this.shared, this.sites) = (source, shared, sites);

    /// <inheritdoc />
    private protected override PretrainedModel Model => shared?.Model ?? source;

    /// <summary>Draws fresh members, each from its own seed.</summary>
    /// <param name="model">The base; not changed, not disposed.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="classes">Classes of the heads.</param>
    public static TrainableScales Draw(PretrainedModel model, TrainingOptions options, int classes)
    {
        using var scope = NewDisposeScope();
        var sites = TargetSites.Of(model.Catalogue, options);
        var head = model.Catalogue.Heads[0];
        var values = MemberDraws.Heads(head, options.Members, classes, options.Seed);
        var draws =
            options.ScaleInitialization == ScaleInitialization.RandomSigns
                ? MemberDraws.Signs()
                : MemberDraws.Gaussian(1, options.ScaleDeviation);
        foreach (var (index, site) in sites.Index())
        {
            Tensor Scale(long width, int kind) =>
                MemberDraws.Fill([options.Members, width], options.Seed, ScaleStream + (2 * index) + kind, draws);
            values.Add(ScaleNames.Input(site), Scale(site.In, 0));
            values.Add(ScaleNames.Output(site), Scale(site.Out, 1));
            if (model.Weights.TryGetValue(ScaleNames.Bias(site), out var bias))
            {
                values.Add(ScaleNames.Bias(site), bias.to(ScalarType.Float32).repeat(options.Members, 1));
            }
        }

        var parameters = Learned(values, model.Device);
        var view = ScaleNames.View(model.Catalogue, sites, options.Members, parameters);
        var shared = options.TrainShared ? TrainableNetwork.Headless(model) : null;
        foreach (var (name, weight) in shared?.Parameters ?? [])
        {
            // a bias that every member has for itself is not used
            if (!parameters.ContainsKey(name))
            {
                parameters.Add(SharedPrefix + name, weight);
            }
        }

        return new TrainableScales(model, shared, sites, parameters, view, options);
    }

    /// <inheritdoc />
    public override IReadOnlyList<IReadOnlyList<Tensor>> ByOwner(IReadOnlyDictionary<string, Tensor> gradients) =>
        [
            .. gradients
                .GroupBy(gradient => gradient.Key.StartsWith(SharedPrefix, StringComparison.Ordinal))
                .Select(group => group.Select(gradient => group.Key ? gradient.Value.unsqueeze(0) : gradient.Value).ToArray()),
        ];

    /// <inheritdoc />
    public override EnsembleSystem ToSystem(string name, ProductRoute route)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var values = Parameters
            .Where(parameter => !parameter.Key.StartsWith(SharedPrefix, StringComparison.Ordinal))
            .ToDictionary(
                parameter => parameter.Key,
                parameter => parameter.Value.detach().cpu().clone().DetachFromDisposeScope(),
                StringComparer.Ordinal
            );
        long?[] seeds = [.. Enumerable.Range(0, Options.Members).Select(member => (long?)(Options.Seed + member))];
        var set = new ScaleSet(name, seeds, [.. sites.Select(site => site.Name)], values);
        return shared is null
            ? new ScaleSystem(source, set, isTrained: false, ownsShared: false)
            : new ScaleSystem(WholeNetwork.Settled(shared, null, route), set, isTrained: true, ownsShared: true);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        DisposeParameters();
        shared?.Dispose();
    }

    /// <inheritdoc />
    private protected override AttachedMembers ViewAt(int step) => View;

    /// <inheritdoc />
    private protected override int[]? MembersAt(int step) => null;
}
