using LoRAEnsembleHub.Compute;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>A linear projection whose weights are shared by all members.</summary>
/// <param name="Weight">[out, in].</param>
/// <param name="Bias">[out], or null.</param>
internal sealed record FrozenLinear(Tensor Weight, Tensor? Bias)
{
    /// <summary>Applies the projection, with the members' changes where there are any.</summary>
    /// <param name="x">[members or 1, rows, in].</param>
    /// <param name="update">The members' changes, or null.</param>
    /// <param name="route">How the shared product is computed.</param>
    /// <returns>[members or 1, rows, out], fresh, in the caller's scope.</returns>
    public Tensor Forward(Tensor x, MemberUpdate? update, ProductRoute route) =>
        update is null ? FrozenProduct.Of(x, Weight, Bias, route) : update.Apply(this, x, route);
}
