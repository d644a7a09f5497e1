using LoRAEnsembleHub.Compute;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>One rank-one factor per member on the weights of one projection, W ∘ (r sᵀ): y = (W (x ∘ s)) ∘ r + b.</summary>
/// <remarks>BatchEnsemble: Wen et al. 2020 (arXiv 2002.06715), equation 3; the bias is each member's own, as in its authors' code.</remarks>
/// <param name="Input">s: [members, in].</param>
/// <param name="Output">r: [members, out].</param>
/// <param name="Bias">b: [members, out], or null where the projection has none.</param>
internal sealed record RankOneScale(Tensor Input, Tensor Output, Tensor? Bias) : MemberUpdate
{
    /// <inheritdoc />
    public override Tensor Apply(FrozenLinear linear, Tensor x, ProductRoute route)
    {
        using var scope = NewDisposeScope();
        var product = FrozenProduct.Of(x * Input.unsqueeze(1), linear.Weight, null, route); // [members, rows, out]
        var scaled = product * Output.unsqueeze(1);
        return (Bias is null ? scaled : scaled + Bias.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public override MemberUpdate Members(long first, long count) =>
        new RankOneScale(Input.narrow(0, first, count), Output.narrow(0, first, count), Bias?.narrow(0, first, count));

    /// <inheritdoc />
    public override MemberUpdate In(ScalarType dtype) =>
        Input.dtype == dtype ? this : new RankOneScale(Input.to(dtype), Output.to(dtype), Bias?.to(dtype));
}
