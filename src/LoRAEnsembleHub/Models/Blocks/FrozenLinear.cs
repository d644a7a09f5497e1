using LoRAEnsembleHub.Compute;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>A linear projection whose weights are shared by all members and never change.</summary>
/// <param name="Weight">[out, in].</param>
/// <param name="Bias">[out], or null.</param>
internal sealed record FrozenLinear(Tensor Weight, Tensor? Bias)
{
    /// <summary>Applies the projection, and a member's update where there is one.</summary>
    /// <param name="x">[members or 1, rows, in].</param>
    /// <param name="update">The members' updates, or null.</param>
    /// <param name="route">How the frozen product is computed.</param>
    /// <returns>[members or 1, rows, out], fresh, in the caller's scope.</returns>
    public Tensor Forward(Tensor x, LowRank? update, ProductRoute route)
    {
        var y = FrozenProduct.Of(x, Weight, Bias, route); // [members or 1, rows, out]
        if (update is null)
        {
            return y;
        }

        using (y)
        {
            return update.AddTo(x, y);
        }
    }
}
