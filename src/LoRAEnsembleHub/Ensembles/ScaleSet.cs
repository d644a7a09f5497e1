using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>The members of a BatchEnsemble: a rank-one factor on the shared weights, biases and a head for each.</summary>
/// <remarks>Wen et al. 2020 (arXiv 2002.06715). Numbers are Float32 and stacked on a members axis; they never change.</remarks>
internal sealed class ScaleSet : MemberSet
{
    private readonly DeviceCopies copies = new();

    /// <param name="name">What the set is called in messages.</param>
    /// <param name="seeds">One per member, or null.</param>
    /// <param name="sites">Names of the scaled projections.</param>
    /// <param name="values">[members, …] by the names of <see cref="ScaleNames"/>, and the heads; taken over.</param>
    public ScaleSet(string name, IReadOnlyList<long?> seeds, IReadOnlyList<string> sites, IReadOnlyDictionary<string, Tensor> values)
        : base(name, seeds.Count) => (Seeds, Sites, Values) = (seeds, sites, values);

    /// <summary>One per member, or null.</summary>
    public IReadOnlyList<long?> Seeds { get; }

    /// <summary>Names of the scaled projections.</summary>
    public IReadOnlyList<string> Sites { get; }

    /// <summary>[members, …] by name, heads included.</summary>
    public IReadOnlyDictionary<string, Tensor> Values { get; }

    /// <inheritdoc />
    public override int? Classes => (int?)Values.Values.FirstOrDefault(value => value.dim() == 3)?.size(1);

    /// <inheritdoc />
    public override long ParameterCount => Values.Values.Sum(value => value.numel());

    /// <inheritdoc />
    internal override AttachedMembers Compile(AdapterCatalogue catalogue, Device device, ScalarType dtype)
    {
        ThrowIfDisposed();
        return ScaleNames.View(catalogue, Check(catalogue), Count, copies.Of(Values, device, dtype));
    }

    /// <inheritdoc />
    private protected override void Free()
    {
        copies.Dispose();
        foreach (var value in Values.Values)
        {
            value.Dispose();
        }
    }

    /// <summary>The scaled projections, once every name and shape is known to fit.</summary>
    private IReadOnlyList<AdapterSite> Check(AdapterCatalogue catalogue)
    {
        var known = catalogue.Sites.ToDictionary(site => site.Name, StringComparer.Ordinal);
        if (Sites.FirstOrDefault(name => !known.ContainsKey(name)) is { } stranger)
        {
            throw new AdapterException($"{Name} scales {stranger}, which this {catalogue.ModelType} model does not have.");
        }

        AdapterSite[] sites = [.. Sites.Select(name => known[name])];
        var left = new Dictionary<string, Tensor>(Values, StringComparer.Ordinal);
        void Need(string name, long width, bool mayLack)
        {
            if (left.Remove(name, out var found) ? !found.shape.SequenceEqual([Count, width]) : !mayLack)
            {
                throw new AdapterException(
                    $"{Name}: {name} is {(found is null ? "missing" : $"[{string.Join(", ", found.shape.Skip(1))}]")}; needed is [{width}]."
                );
            }
        }

        foreach (var site in sites)
        {
            Need(ScaleNames.Input(site), site.In, mayLack: false);
            Need(ScaleNames.Output(site), site.Out, mayLack: false);
            Need(ScaleNames.Bias(site), site.Out, mayLack: true);
        }

        HeadCheck.Verify(Name, left, Count, catalogue);
        return sites;
    }
}
