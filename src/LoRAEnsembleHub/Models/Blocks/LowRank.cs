using LoRAEnsembleHub.Compute;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>One low-rank update per member for one projection: y + x Aᵀ Bᵀ.</summary>
/// <remarks>Hu et al. 2021, equation 3, with one pair of factors per member; any scale is already in the factors.</remarks>
/// <param name="Down">Factor A: [members or 1, rank, in]; 1 where all members share it.</param>
/// <param name="Up">Factor B: [members or 1, out, rank].</param>
internal sealed record LowRank(Tensor Down, Tensor Up) : MemberUpdate
{
    /// <inheritdoc />
    public override Tensor Apply(FrozenLinear linear, Tensor x, ProductRoute route)
    {
        using var scope = NewDisposeScope();
        var members = Math.Max(Down.size(0), Up.size(0));
        if (route == ProductRoute.Blocked && x.size(0) == members && BlockedProduct.Fits(x, linear.Weight, linear.Bias))
        {
            var inner = BlockedProduct.Inner(x, Down.expand(members, -1, -1)); // [members, rows, rank or more]
            return BlockedProduct.Of(x, linear.Weight, linear.Bias, inner, Up.expand(members, -1, -1)).MoveToOuterDisposeScope();
        }

        return AddTo(x, linear.Forward(x, null, route)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public override MemberUpdate Members(long first, long count) => new LowRank(Down.narrow(0, first, count), Up.narrow(0, first, count));

    /// <inheritdoc />
    public override MemberUpdate In(ScalarType dtype) => Down.dtype == dtype ? this : new LowRank(Down.to(dtype), Up.to(dtype));

    /// <summary>Adds the update.</summary>
    /// <param name="x">Input of the projection: [members or 1, rows, in].</param>
    /// <param name="y">Output of the frozen projection: [members or 1, rows, out].</param>
    /// <returns>[members, rows, out], fresh, in the caller's scope.</returns>
    public Tensor AddTo(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var low = x.matmul(Down.transpose(1, 2)); // [members or 1, rows, rank]
        var members = Math.Max(low.size(0), Up.size(0));
        Tensor Spread(Tensor factor) => factor.size(0) == members ? factor : factor.expand(members, -1, -1);
        // TorchSharp 0.107 takes (batch1, batch2, added): the receiver is the first factor, not the summand
        return Spread(low).baddbmm(Spread(Up.transpose(1, 2)), y).MoveToOuterDisposeScope(); // [members, rows, out]
    }
}
