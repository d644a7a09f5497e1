using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>Multi-head self-attention with frozen projections and members' updates.</summary>
/// <remarks>Vaswani et al. 2017, section 3.2; transformers, modeling_vit.py and modeling_bert.py.</remarks>
internal sealed record SelfAttention(FrozenLinear Query, FrozenLinear Key, FrozenLinear Value, FrozenLinear Output, int Heads)
{
    /// <summary>Attends within every example.</summary>
    /// <param name="x">[members or 1, batch·tokens, hidden].</param>
    /// <param name="pass">Sizes, mask and dropout.</param>
    /// <param name="updates">The members' updates of this block.</param>
    /// <param name="dropout">Probability for attention weights, in training only.</param>
    /// <returns>[members or 1, batch·kept, hidden], fresh, in the caller's scope.</returns>
    public Tensor Forward(Tensor x, EncoderPass pass, BlockUpdates updates, double dropout)
    {
        using var scope = NewDisposeScope();
        var query = Query.Forward(pass.Front(x), updates.Query, pass.Route); // [members or 1, batch·kept, hidden]
        var key = Key.Forward(x, updates.Key, pass.Route);
        var value = Value.Forward(x, updates.Value, pass.Route);
        var members = Math.Max(Math.Max(query.size(0), key.size(0)), Math.Max(value.size(0), pass.Keys?.Passes ?? 1));
        Tensor Split(Tensor y, long tokens) => // [members·batch, heads, tokens, head]
            y.expand(members, -1, -1).reshape(members * pass.Batch, tokens, Heads, -1).transpose(1, 2);
        var (keys, values) = (Split(key, pass.Tokens), Split(value, pass.Tokens));
        var mixed = Attend(Split(query, pass.Kept), keys, values, pass, dropout); // [members·batch, heads, kept, head]
        var joined = mixed.transpose(1, 2).reshape(members, pass.Batch * pass.Kept, -1); // [members, batch·kept, hidden]
        return Output.Forward(joined, updates.Output, pass.Route).MoveToOuterDisposeScope();
    }

    private static Tensor Attend(Tensor query, Tensor key, Tensor value, EncoderPass pass, double dropout)
    {
        var mask = Mask(query, pass);
        if (pass.Dropout is null || dropout <= 0)
        {
            return nn.functional.scaled_dot_product_attention(query, key, value, mask);
        }

        var scores = query.matmul(key.transpose(-2, -1)) / Math.Sqrt(query.size(-1)); // [members·batch, heads, kept, tokens]
        var weights = (mask is null ? scores : scores + mask).softmax(-1);
        return pass.Drop(weights, dropout).matmul(value);
    }

    /// <summary>Added to the scores: the mask of the examples, and −∞ where keys are dropped; null for nothing.</summary>
    private static Tensor? Mask(Tensor query, EncoderPass pass)
    {
        var mask = pass.Mask?.repeat(query.size(0) / pass.Batch, 1, 1, 1); // [members·batch, 1, 1, tokens]
        if (pass.Keys is not { } keys)
        {
            return mask;
        }

        var dropped = keys.Draw(pass.Layer, query.size(1), pass.Kept, pass.Tokens, query.dtype, query.device); // [members·batch, heads, kept, tokens]
        return mask is null ? dropped : mask + dropped;
    }
}
