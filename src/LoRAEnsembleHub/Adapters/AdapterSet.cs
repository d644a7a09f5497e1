using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The low-rank updates and heads of all members of an ensemble: a value that models are attached to.</summary>
/// <remarks>
/// Never changes after it was made. Numbers are Float32 and stacked on a members axis, so a forward pass computes all members in one
/// batched product. One set may be attached to several models; it must outlive its use there.
/// </remarks>
public sealed class AdapterSet : MemberSet
{
    private readonly Dictionary<string, SiteFactors> sites;
    private readonly Dictionary<string, Tensor> head;
    private readonly Dictionary<string, AttachedMembers> compiled = new(StringComparer.Ordinal);
    private readonly List<Tensor> derived = [];
    private readonly Lock gate = new();

    internal AdapterSet(
        string name,
        IReadOnlyList<AdapterMember> members,
        Dictionary<string, SiteFactors> sites,
        Dictionary<string, Tensor> head
    )
        : base(name, members.Count) => (Members, this.sites, this.head) = (members, sites, head);

    /// <summary>The members in the order of the members axis.</summary>
    public IReadOnlyList<AdapterMember> Members { get; }

    /// <inheritdoc />
    public override int? Classes => (int?)head.Values.FirstOrDefault(tensor => tensor.dim() == 3)?.size(1);

    /// <summary>Highest rank of any update.</summary>
    public int Rank => sites.Values.Max(factors => factors.Ranks.Max());

    /// <summary>Names of the adapted projections, as transformers 4 spells them without prefix.</summary>
    public IReadOnlyCollection<string> SiteNames => sites.Keys;

    /// <inheritdoc />
    public override long ParameterCount =>
        head.Values.Sum(tensor => tensor.numel())
        + sites.Values.Sum(factors => factors.Ranks.Sum(rank => rank * (factors.Down.size(2) + factors.Up.size(1))));

    /// <summary>Bytes that the set holds in memory.</summary>
    public long Bytes =>
        4 * (head.Values.Sum(tensor => tensor.numel()) + sites.Values.Sum(factors => factors.Down.numel() + factors.Up.numel()));

    internal IReadOnlyDictionary<string, SiteFactors> Sites => sites;

    internal IReadOnlyDictionary<string, Tensor> Head => head;

    /// <summary>Reads members from PEFT adapter folders.</summary>
    /// <param name="name">What the set is called in messages.</param>
    /// <param name="folders">One folder per member, in the order of the members axis; 1 or more.</param>
    /// <param name="catalogue">The model that the members are for.</param>
    /// <param name="seeds">One seed per member, or null.</param>
    /// <returns>The set; the caller disposes it.</returns>
    /// <exception cref="AdapterException">A member does not fit the model or the other members; it is named.</exception>
    internal static AdapterSet Read(
        string name,
        IReadOnlyList<string> folders,
        AdapterCatalogue catalogue,
        IReadOnlyList<long?>? seeds = null
    )
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(catalogue);
        if (folders.Count == 0)
        {
            throw new AdapterException($"{name} has no members; an ensemble needs 1 or more.");
        }

        NativeTorch.EnsureLoaded();
        var members = new PeftMember?[folders.Count];
        try
        {
            ParallelItems.For(members.Length, index => members[index] = PeftMember.Read(folders[index], catalogue));
            return Stack(name, folders, members!, catalogue, seeds);
        }
        finally
        {
            foreach (var member in members)
            {
                member?.Dispose();
            }
        }
    }

    /// <summary>Checks every name and shape against a model.</summary>
    /// <exception cref="AdapterException">Something does not fit; nothing was changed.</exception>
    internal void Check(AdapterCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ThrowIfDisposed();
        var known = catalogue.Sites.ToDictionary(site => site.Name, StringComparer.Ordinal);
        foreach (var (name, factors) in sites)
        {
            if (!known.TryGetValue(name, out var site))
            {
                throw new AdapterException($"{Name} adapts {name}, which this {catalogue.ModelType} model does not have.");
            }

            if ((site.In, site.Out) != (factors.Down.size(2), factors.Up.size(1)))
            {
                throw new AdapterException(
                    $"{Name} adapts {name} as {factors.Down.size(2)} → {factors.Up.size(1)}; this model has {site.In} → {site.Out} there."
                );
            }
        }

        if (head.Count > 0 && !catalogue.Heads.Any(Fits))
        {
            throw new AdapterException(
                $"{Name} brings the head {Describe(head)}; this {catalogue.ModelType} model computes with "
                    + string.Join(", or ", catalogue.Heads.Select(layout => string.Join(" and ", layout.Modules)))
                    + "."
            );
        }
    }

    /// <summary>The set in the form a forward pass needs; made once per device and type and kept.</summary>
    internal override AttachedMembers Compile(AdapterCatalogue catalogue, Device device, ScalarType dtype)
    {
        Check(catalogue);
        lock (gate)
        {
            ThrowIfDisposed();
            var key = $"{device}/{dtype}/{catalogue.Sites.Count}/{catalogue.ModelType}";
            if (!compiled.TryGetValue(key, out var members))
            {
                compiled.Add(key, members = Build(catalogue, device, dtype));
            }

            return members;
        }
    }

    /// <summary>The base's parameters with one member's updates added and its head in place; handed over to the caller.</summary>
    internal ParameterSet MergeInto(ParameterSet parameters, AdapterCatalogue catalogue, int member)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var changed = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, factors) in sites.Where(entry => entry.Value.Ranks[member] > 0))
        {
            var weight = parameters[$"{name}.weight"];
            var merged = (weight.to(ScalarType.Float32) + factors.Update(member).to(weight.device)).to(weight.dtype);
            if (!merged.isfinite().all().item<bool>())
            {
                foreach (var tensor in changed.Values)
                {
                    tensor.Dispose();
                }

                throw new AdapterException(
                    $"{Name}: member {member} changes {name}.weight to numbers beyond the range of {weight.dtype}; its scale of {factors.Scales[member]} or its factors are too large."
                );
            }

            changed.Add($"{name}.weight", merged.DetachFromDisposeScope());
        }

        foreach (var (name, stacked) in head)
        {
            changed.Add(name, stacked[member].to(parameters.Dtype, parameters.Device).clone().DetachFromDisposeScope());
        }

        var replaced =
            head.Count == 0 ? [] : catalogue.Heads.SelectMany(layout => layout.Parameters).Select(parameter => parameter.Name).ToArray();
        return parameters.With(changed, replaced);
    }

    /// <inheritdoc />
    private protected override void Free()
    {
        lock (gate)
        {
            foreach (var factors in sites.Values)
            {
                factors.Dispose();
            }

            foreach (var tensor in head.Values.Concat(derived))
            {
                tensor.Dispose();
            }

            compiled.Clear();
        }
    }

    private static AdapterSet Stack(
        string name,
        IReadOnlyList<string> folders,
        IReadOnlyList<PeftMember> members,
        AdapterCatalogue catalogue,
        IReadOnlyList<long?>? seeds
    )
    {
        var first = members[0].Head;
        foreach (var (index, member) in members.Index())
        {
            if (
                !member.Head.Keys.ToHashSet().SetEquals(first.Keys)
                || member.Head.Any(entry => !entry.Value.shape.SequenceEqual(first[entry.Key].shape))
            )
            {
                throw new AdapterException(
                    $"{name}: the head of {Path.GetFileName(folders[index])} is {Describe(member.Head)}, that of {Path.GetFileName(folders[0])} is "
                        + $"{Describe(first)}; all members of an ensemble must predict the same classes."
                );
            }
        }

        AdapterSite[] adapted = [.. catalogue.Sites.Where(site => members.Any(member => member.Factors.ContainsKey(site.Name)))];
        var factors = new SiteFactors[adapted.Length];
        ParallelItems.For(
            factors.Length,
            index =>
                factors[index] = SiteFactors.Stack(
                    [.. members.Select(m => m.Factors.TryGetValue(adapted[index].Name, out var f) ? f : ((Tensor, Tensor, double)?)null)],
                    adapted[index].In,
                    adapted[index].Out
                )
        );
        var sites = adapted.Zip(factors).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
        var facts = folders
            .Index()
            .Select(folder => new AdapterMember
            {
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Item)),
                Seed = seeds?[folder.Index],
                Stored = members[folder.Index].Stored,
            });
        return new AdapterSet(
            name,
            [.. facts],
            sites,
            first.Keys.ToDictionary(
                key => key,
                key => stack(members.Select(m => m.Head[key])).DetachFromDisposeScope(),
                StringComparer.Ordinal
            )
        );
    }

    private static string Describe(IReadOnlyDictionary<string, Tensor> head) =>
        head.Count == 0
            ? "the base's own"
            : string.Join(
                ", ",
                head.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} [{string.Join(", ", e.Value.shape)}]")
            );

    private bool Fits(HeadLayout layout) =>
        layout.Parameters.Count == head.Count
        && layout.Parameters.All(parameter =>
            head.TryGetValue(parameter.Name, out var tensor)
            && tensor.dim() == parameter.Shape.Count + 1
            && parameter.Shape.Index().All(axis => axis.Item < 0 || axis.Item == tensor.size(axis.Index + 1))
        );

    private AttachedMembers Build(AdapterCatalogue catalogue, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        Tensor Keep(Tensor tensor)
        {
            derived.Add(tensor.DetachFromDisposeScope());
            return tensor;
        }

        Tensor Moved(Tensor tensor) => tensor.dtype == dtype && tensor.device_type == device.type ? tensor : Keep(tensor.to(dtype, device));
        var layers = catalogue.Sites.Max(site => site.Layer) + 1;
        var blocks = new Dictionary<ProjectionKind, MemberUpdate>[layers];
        foreach (var site in catalogue.Sites)
        {
            var block = blocks[site.Layer] ??= [];
            if (sites.TryGetValue(site.Name, out var factors))
            {
                // the scale goes into B once, so that a forward pass never multiplies by it
                var plain = factors.Scales.All(scale => scale == 1.0);
                var up = plain ? factors.Up : factors.ScaledUp();
                block.Add(site.Kind, new LowRank(Moved(factors.Down), plain ? Moved(up) : Keep(up.to(dtype, device))));
            }
        }

        return new AttachedMembers(
            Count,
            [.. blocks.Select(block => block.Count == 0 ? BlockUpdates.None : BlockUpdates.Of(block))],
            head.ToDictionary(entry => entry.Key, entry => Moved(entry.Value), StringComparer.Ordinal)
        );
    }
}
