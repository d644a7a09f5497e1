using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The low-rank updates and heads of all members of an ensemble while they are learned, stacked on a members axis.</summary>
/// <remarks>
/// Names: <c>SITE.lora_A</c> [members, rank, in], <c>SITE.lora_B</c> [members, out, rank], and the head's parameters [members, …]. A factor
/// that members share has a leading axis of 1. Nothing else is shared but the frozen base (LoRA-Ensemble, section 3). Members of heads
/// alone have no updates.
/// </remarks>
internal sealed class TrainableMembers : JointMembers
{
    private readonly PretrainedModel model;
    private readonly AdapterSite[] sites;

    private TrainableMembers(
        PretrainedModel model,
        AdapterSite[] sites,
        SortedDictionary<string, Tensor> parameters,
        AttachedMembers view,
        TrainingOptions options
    )
        : base(parameters, view, options) => (this.model, this.sites) = (model, sites);

    /// <inheritdoc />
    private protected override PretrainedModel Model => model;

    private HeadLayout Head => model.Catalogue.Heads[0];

    /// <summary>Draws fresh members: B zero, A and head random, each member from its own seed.</summary>
    /// <param name="model">The base; not changed, not disposed.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="classes">Classes of the head.</param>
    public static TrainableMembers Draw(PretrainedModel model, TrainingOptions options, int classes)
    {
        using var scope = NewDisposeScope();
        AdapterSite[] sites = options.Method == TrainingMethod.HeadOnly ? [] : TargetSites.Of(model.Catalogue, options);
        var head = model.Catalogue.Heads[0];
        var values = MemberDraws.Heads(head, options.Members, classes, options.Seed);
        foreach (var (index, site) in sites.Index())
        {
            long downs = options.Sharing == FactorSharing.A ? 1 : options.Members;
            long ups = options.Sharing == FactorSharing.B ? 1 : options.Members;
            values.Add(Down(site), MemberDraws.Fill([downs, options.Rank, site.In], options.Seed, index, FactorDraws(site.In, options)));
            values.Add(Up(site), zeros(ups, site.Out, options.Rank));
        }

        var parameters = Learned(values, model.Device);
        var blocks = Enumerable
            .Range(0, model.BlockCount)
            .Select(layer =>
                BlockUpdates.Of(
                    sites
                        .Where(site => site.Layer == layer)
                        .ToDictionary(site => site.Kind, site => (MemberUpdate)new LowRank(parameters[Down(site)], parameters[Up(site)]))
                )
            );
        var heads = head.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameters[parameter.Name]);
        return new TrainableMembers(model, sites, parameters, new AttachedMembers(options.Members, [.. blocks], heads), options);
    }

    /// <inheritdoc />
    public override IReadOnlyList<IReadOnlyList<Tensor>> ByOwner(IReadOnlyDictionary<string, Tensor> gradients) =>
        [.. gradients.Values.GroupBy(gradient => gradient.size(0)).Select(group => group.ToArray())];

    /// <inheritdoc />
    public override EnsembleSystem ToSystem(string name, ProductRoute route) => new AdapterSystem(model, ToAdapterSet(name));

    /// <summary>The members as a value, copied.</summary>
    public AdapterSet ToAdapterSet(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var members = Options.Members;
        Tensor Copy(string key)
        {
            var value = Parameters[key].detach().cpu();
            return value.expand([members, .. value.shape[1..]]).clone().DetachFromDisposeScope();
        }

        var factors = sites.ToDictionary(
            site => site.Name,
            site => SiteFactors.Plain(Copy(Down(site)), Copy(Up(site))),
            StringComparer.Ordinal
        );
        if (factors.Count == 0)
        {
            // PEFT has no adapter without an update, so the last projection gets one that is zero
            var last = model.Catalogue.Sites[^1];
            factors.Add(
                last.Name,
                SiteFactors.Plain(zeros(members, 1, last.In).DetachFromDisposeScope(), zeros(members, last.Out, 1).DetachFromDisposeScope())
            );
        }

        return new AdapterSet(
            name,
            [
                .. Enumerable
                    .Range(0, members)
                    .Select(member => new AdapterMember { Name = $"member-{member:00}", Seed = Options.Seed + member }),
            ],
            factors,
            Head.Parameters.ToDictionary(parameter => parameter.Name, parameter => Copy(parameter.Name), StringComparer.Ordinal)
        );
    }

    /// <inheritdoc />
    public override void Dispose() => DisposeParameters();

    /// <inheritdoc />
    private protected override AttachedMembers ViewAt(int step) => View;

    /// <inheritdoc />
    private protected override int[]? MembersAt(int step) => MemberDropout.At(Options, step);

    private static string Down(AdapterSite site) => $"{site.Name}.lora_A";

    private static string Up(AdapterSite site) => $"{site.Name}.lora_B";

    private static Func<SeededRandom, Func<double>> FactorDraws(long width, TrainingOptions options) =>
        options.Initialization switch
        {
            FactorInitialization.Gaussian => MemberDraws.Gaussian(0, options.InitializationDeviation),
            FactorInitialization.XavierUniform => MemberDraws.Uniform(options.InitializationGain * Math.Sqrt(6.0 / (width + options.Rank))),
            _ => MemberDraws.Uniform(1.0 / Math.Sqrt(width)),
        };
}
