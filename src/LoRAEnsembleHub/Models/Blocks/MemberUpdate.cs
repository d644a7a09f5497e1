using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>How every member changes one projection that all of them share.</summary>
internal abstract record MemberUpdate
{
    /// <summary>The projection with the members' changes, for all members in one batched product.</summary>
    /// <param name="linear">What they share.</param>
    /// <param name="x">[members or 1, rows, in]; 1 while all members still share one computation.</param>
    /// <param name="route">How the shared product is computed.</param>
    /// <returns>[members, rows, out], fresh, in the caller's scope.</returns>
    public abstract Tensor Apply(FrozenLinear linear, Tensor x, ProductRoute route);

    /// <summary>The same for some of the members; views in the current scope.</summary>
    public abstract MemberUpdate Members(long first, long count);

    /// <summary>The same in an element type; this one where it has it already, else a copy in the current scope.</summary>
    public abstract MemberUpdate In(ScalarType dtype);
}
