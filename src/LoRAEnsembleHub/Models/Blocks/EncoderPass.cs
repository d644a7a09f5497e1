using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>What one run through an encoder knows about its rows.</summary>
/// <param name="Batch">Examples.</param>
/// <param name="Tokens">Tokens per example.</param>
/// <param name="Mask">Added to the attention scores, broadcast to [batch, heads, tokens, tokens]; null for none.</param>
/// <param name="Dropout">Draws dropout masks in training; null for evaluation.</param>
internal sealed record EncoderPass(long Batch, long Tokens, Tensor? Mask, Generator? Dropout)
{
    /// <summary>Zeroes numbers with the given probability and scales up the rest, in training only.</summary>
    /// <returns>A fresh tensor, or an alias of the input when nothing is dropped; in the caller's scope.</returns>
    public Tensor Drop(Tensor x, double probability)
    {
        if (Dropout is null || probability <= 0)
        {
            return x.alias();
        }

        using var scope = NewDisposeScope();
        var keep = rand(x.shape, generator: Dropout).ge(probability).to(x.dtype, x.device);
        return (x * keep / (1.0 - probability)).MoveToOuterDisposeScope();
    }
}
