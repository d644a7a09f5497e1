using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>What one run through an encoder knows about its rows.</summary>
/// <param name="Batch">Examples.</param>
/// <param name="Tokens">Tokens per example.</param>
/// <param name="Mask">Added to the attention scores, broadcast to [batch, heads, tokens, tokens]; null for none.</param>
/// <param name="Dropout">Draws dropout masks in training; null for evaluation.</param>
internal sealed record EncoderPass(long Batch, long Tokens, Tensor? Mask, Generator? Dropout)
{
    /// <summary>How products with frozen weights are computed.</summary>
    public ProductRoute Route { get; init; } = ProductRoute.Matrix;

    /// <summary>So many tokens at the front of every example are computed to the end of a block; the others only serve as keys and values.</summary>
    public long Kept { get; init; } = Tokens;

    /// <summary>Draws which keys attention leaves out; null where it sees all.</summary>
    public KeyMasks? Keys { get; init; }

    /// <summary>The block that is run, from 0.</summary>
    public int Layer { get; init; }

    /// <summary>The same pass with nothing left out.</summary>
    public EncoderPass Whole => this with { Kept = Tokens };

    /// <summary>The pass behind a block that computed only the tokens kept.</summary>
    public EncoderPass Behind => this with { Tokens = Kept };

    /// <summary>The rows of the tokens kept.</summary>
    /// <param name="x">[members or 1, batch·tokens, hidden].</param>
    /// <returns>[members or 1, batch·kept, hidden]; a copy, or an alias when all are kept; in the caller's scope.</returns>
    public Tensor Front(Tensor x)
    {
        if (Kept == Tokens)
        {
            return x.alias();
        }

        using var scope = NewDisposeScope();
        var members = x.size(0);
        var kept = x.view(members, Batch, Tokens, -1).narrow(2, 0, Kept); // [members or 1, batch, kept, hidden]
        return kept.reshape(members, Batch * Kept, -1).MoveToOuterDisposeScope();
    }

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
