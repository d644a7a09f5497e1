using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>One pre-norm encoder block: x + attention(norm(x)), then x + feed-forward(norm(x)).</summary>
/// <remarks>Dosovitskiy et al. 2021, equations 2 and 3; transformers, modeling_vit.py.</remarks>
internal sealed record EncoderBlock(
    LayerNorm NormBefore,
    SelfAttention Attention,
    LayerNorm NormAfter,
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
    /// <returns>[members or 1, batch·tokens, hidden], fresh, in the caller's scope.</returns>
    public Tensor Forward(Tensor x, EncoderPass pass, BlockUpdates updates)
    {
        using var scope = NewDisposeScope();
        var middle = Attended(x, pass, updates); // [members or 1, batch·tokens, hidden]
        var fed = FeedForwardOut.Forward(Widened(middle, updates), updates.FeedForwardOut);
        return (middle + pass.Drop(fed, HiddenDropout)).MoveToOuterDisposeScope();
    }

    // Each half in a scope of its own: what it needed on the way is freed before the next one allocates.
    private Tensor Attended(Tensor x, EncoderPass pass, BlockUpdates updates)
    {
        using var scope = NewDisposeScope();
        var attended = Attention.Forward(NormBefore.Forward(x), pass, updates, AttentionDropout);
        return (x + pass.Drop(attended, HiddenDropout)).MoveToOuterDisposeScope();
    }

    private Tensor Widened(Tensor middle, BlockUpdates updates)
    {
        using var scope = NewDisposeScope();
        return Activation(FeedForwardIn.Forward(NormAfter.Forward(middle), updates.FeedForwardIn)).MoveToOuterDisposeScope();
    }
}
