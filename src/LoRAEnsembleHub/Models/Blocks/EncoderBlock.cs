using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>Where the layer norms of a block stand.</summary>
internal enum NormPlacement
{
    /// <summary>In front of attention and feed-forward: x + f(norm(x)).</summary>
    Before,

    /// <summary>Behind the sums: norm(x + f(x)).</summary>
    After,
}

/// <summary>One encoder block: attention, then feed-forward, each added to what it was given.</summary>
/// <remarks>
/// Norms before: Dosovitskiy et al. 2021, equations 2 and 3; transformers, modeling_vit.py. Norms after: Vaswani et al. 2017, section 3.1;
/// transformers, modeling_bert.py.
/// </remarks>
internal sealed record EncoderBlock(
    NormPlacement Placement,
    LayerNorm AttentionNorm,
    SelfAttention Attention,
    LayerNorm FeedForwardNorm,
    FrozenLinear FeedForwardIn,
    Func<Tensor, Tensor> Activation,
    FrozenLinear FeedForwardOut,
    double AttentionDropout,
    double HiddenDropout
)
{
    /// <summary>Runs the block; members part ways at the first projection that they adapt.</summary>
    /// <param name="x">[members or 1, batch·tokens, hidden].</param>
    /// <param name="pass">Sizes, mask and dropout.</param>
    /// <param name="updates">The members' updates of this block.</param>
    /// <returns>[members or 1, batch·kept, hidden], fresh, in the caller's scope.</returns>
    public Tensor Forward(Tensor x, EncoderPass pass, BlockUpdates updates)
    {
        using var scope = NewDisposeScope();
        var middle = Attended(x, pass, updates); // [members or 1, batch·kept, hidden]
        var fed = FeedForwardOut.Forward(Widened(middle, pass, updates), updates.FeedForwardOut, pass.Route);
        return Added(middle, pass.Drop(fed, HiddenDropout), FeedForwardNorm).MoveToOuterDisposeScope();
    }

    // Each half in a scope of its own: what it needed on the way is freed before the next one allocates.
    private Tensor Attended(Tensor x, EncoderPass pass, BlockUpdates updates)
    {
        using var scope = NewDisposeScope();
        var attended = Attention.Forward(Entering(x, AttentionNorm), pass, updates, AttentionDropout);
        return Added(pass.Front(x), pass.Drop(attended, HiddenDropout), AttentionNorm).MoveToOuterDisposeScope();
    }

    private Tensor Widened(Tensor middle, EncoderPass pass, BlockUpdates updates)
    {
        using var scope = NewDisposeScope();
        var widened = FeedForwardIn.Forward(Entering(middle, FeedForwardNorm), updates.FeedForwardIn, pass.Route);
        return Activation(widened).MoveToOuterDisposeScope();
    }

    private Tensor Entering(Tensor x, LayerNorm norm) => Placement == NormPlacement.Before ? norm.Forward(x) : x;

    private Tensor Added(Tensor x, Tensor change, LayerNorm norm) =>
        Placement == NormPlacement.Before ? x + change : norm.Forward(x + change);
}
