using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>The passes of a Monte Carlo dropout through one network; each drops other keys.</summary>
internal sealed class DropoutPasses : MemberSet
{
    private readonly KeyDropout dropout;
    private readonly DeviceCopies copies = new();

    /// <param name="name">What the set is called in messages.</param>
    /// <param name="passes">1 or more.</param>
    /// <param name="dropout">Probability and seed.</param>
    /// <param name="heads">A head per pass, [passes, …] by name, or none; taken over.</param>
    public DropoutPasses(string name, int passes, KeyDropout dropout, IReadOnlyDictionary<string, Tensor> heads)
        : base(name, passes) => (this.dropout, Heads) = (dropout, heads);

    /// <summary>[passes, …] by name; empty where all passes use the network's head.</summary>
    public IReadOnlyDictionary<string, Tensor> Heads { get; }

    /// <inheritdoc />
    public override int? Classes => (int?)Heads.Values.FirstOrDefault(head => head.dim() == 3)?.size(1);

    /// <inheritdoc />
    public override long ParameterCount => Heads.Values.Sum(head => head.numel());

    /// <summary>The settings as the manifest has them.</summary>
    public ManifestDropout Settings =>
        new()
        {
            Probability = dropout.Probability,
            Passes = Count,
            Seed = dropout.Seed,
        };

    /// <inheritdoc />
    internal override AttachedMembers Compile(AdapterCatalogue catalogue, Device device, ScalarType dtype)
    {
        ThrowIfDisposed();
        HeadCheck.Verify(Name, Heads, Count, catalogue);
        return AttachedMembers.Plain(Count, catalogue.Sites.Max(site => site.Layer) + 1) with
        {
            KeyDropout = dropout,
            Head = copies.Of(Heads, device, dtype),
        };
    }

    /// <inheritdoc />
    private protected override void Free()
    {
        copies.Dispose();
        foreach (var head in Heads.Values)
        {
            head.Dispose();
        }
    }
}
