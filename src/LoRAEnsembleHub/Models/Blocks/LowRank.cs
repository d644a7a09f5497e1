using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>One low-rank update per member for one projection: y + x Aᵀ Bᵀ, all members in one batched product.</summary>
/// <remarks>Hu et al. 2021, equation 3, with one pair of factors per member; any scale is already in the factors.</remarks>
/// <param name="Down">Factor A: [members, rank, in].</param>
/// <param name="Up">Factor B: [members, out, rank].</param>
internal sealed record LowRank(Tensor Down, Tensor Up)
{
    /// <summary>Adds the update.</summary>
    /// <param name="x">Input of the projection: [members or 1, rows, in]; 1 while all members still share one computation.</param>
    /// <param name="y">Output of the frozen projection: [members or 1, rows, out].</param>
    /// <returns>[members, rows, out], fresh, in the caller's scope.</returns>
    public Tensor AddTo(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var low = x.matmul(Down.transpose(1, 2)); // [members, rows, rank]
        // TorchSharp 0.107 takes (batch1, batch2, added): the receiver is the first factor, not the summand
        return low.baddbmm(Up.transpose(1, 2), y).MoveToOuterDisposeScope(); // [members, rows, out]
    }
}
