using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>BERT for the classification of texts.</summary>
/// <remarks>
/// Devlin et al. 2019 (arXiv 1810.04805); computed as transformers does in modeling_bert.py. Inputs: see <see cref="BertInputs"/>.
/// </remarks>
internal sealed class Bert : PretrainedModel
{
    private const int BlankTokens = 128;
    private readonly BertConfig config;
    private readonly EncoderBlock[] blocks;

    internal Bert(
        BertLayout layout,
        BertConfig config,
        ParameterSet parameters,
        IReadOnlyList<string> heads,
        BaseIdentity identity,
        LoadReport report
    )
        : base(layout, parameters, heads, identity, report)
    {
        this.config = config;
        blocks = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(Block)];
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> InputNames { get; } = [BertInputs.Ids, BertInputs.Mask, BertInputs.Types];

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, Tensor> BlankInputs(long batch)
    {
        var ids = zeros(batch, Math.Min(BlankTokens, config.MaxPositionEmbeddings), dtype: ScalarType.Int64);
        return new Dictionary<string, Tensor>
        {
            [BertInputs.Ids] = ids,
            [BertInputs.Mask] = ones_like(ids),
            [BertInputs.Types] = zeros_like(ids),
        };
    }

    internal override IReadOnlyList<EncoderBlock> Blocks => blocks;

    internal override IReadOnlyDictionary<string, Tensor> Prepare(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options) =>
        options.InterpolatePositions
            ? throw new ModelException(
                $"Interpolated positions are for images and sounds; this model takes texts of up to {config.MaxPositionEmbeddings} tokens. Leave that out."
            )
            : BertInputs.Checked(inputs, config, Device);

    internal override Tensor? FillMask(IReadOnlyDictionary<string, Tensor> inputs) => inputs.GetValueOrDefault(BertInputs.Mask);

    internal override long RowBytes(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options) =>
        RowBytes(inputs[BertInputs.Ids].size(1));

    internal override long TokensRead(IReadOnlyList<string> heads) => 1;

    internal override (Tensor Hidden, EncoderPass Pass) Embed(
        IReadOnlyDictionary<string, Tensor> inputs,
        ForwardOptions options,
        Generator? dropout
    )
    {
        using var scope = NewDisposeScope();
        var ids = inputs[BertInputs.Ids]; // [batch, tokens]
        var (batch, tokens) = (ids.size(0), ids.size(1));
        var sum =
            Rows("embeddings.word_embeddings.weight", ids)
            + Rows("embeddings.token_type_embeddings.weight", inputs.TryGetValue(BertInputs.Types, out var types) ? types : zeros_like(ids))
            + Parameters["embeddings.position_embeddings.weight"].narrow(0, 0, tokens); // [batch, tokens, hidden]
        var pass = new EncoderPass(batch, tokens, MaskOf(inputs), dropout);
        var dropped = pass.Drop(Parameters.LayerNorm("embeddings.LayerNorm", Eps).Forward(sum), config.HiddenDropoutProb);
        var hidden = dropped.reshape(1, batch * tokens, config.HiddenSize).MoveToOuterDisposeScope();
        return (hidden, pass with { Mask = pass.Mask?.MoveToOuterDisposeScope() });
    }

    internal override Dictionary<string, Tensor> Finish(Tensor states, EncoderPass pass, AttachedMembers? members, bool hiddenStates)
    {
        var pooled = Parameters.Linear("pooler.dense").Forward(states.select(2, 0), null, pass.Route).tanh(); // [members or 1, batch, hidden]
        var outputs = new Dictionary<string, Tensor>();
        var (modules, parameters) = HeadFor(members);
        if (hiddenStates || modules.Count == 0)
        {
            outputs.Add("last_hidden_state", states.alias());
            outputs.Add("pooled", pooled);
        }

        if (modules.Count > 0)
        {
            var dropped = pass.Drop(pooled, config.ClassifierDropout ?? config.HiddenDropoutProb);
            outputs.Add("logits", MemberHead.Of(parameters, BertLayout.Classifier).Forward(dropped));
        }

        return outputs;
    }

    /// <summary>0 for keys that count and the lowest number for those that do not: [batch, 1, 1, tokens]; null when all count.</summary>
    private Tensor? MaskOf(IReadOnlyDictionary<string, Tensor> inputs) =>
        inputs.TryGetValue(BertInputs.Mask, out var mask)
            ? zeros(mask.shape, Dtype, Device).masked_fill_(mask.eq(0), finfo(Dtype).min).view(mask.size(0), 1, 1, mask.size(1))
            : null;

    /// <summary>The rows of a table that indices name: [batch, tokens, hidden].</summary>
    private Tensor Rows(string table, Tensor indices) =>
        Parameters[table].index_select(0, indices.flatten()).view(indices.size(0), indices.size(1), -1);

    private EncoderBlock Block(int layer)
    {
        var path = $"encoder.layer.{layer}";
        return new EncoderBlock(
            NormPlacement.After,
            Parameters.LayerNorm($"{path}.attention.output.LayerNorm", Eps),
            new SelfAttention(
                Parameters.Linear($"{path}.attention.self.query"),
                Parameters.Linear($"{path}.attention.self.key"),
                Parameters.Linear($"{path}.attention.self.value"),
                Parameters.Linear($"{path}.attention.output.dense"),
                config.NumAttentionHeads
            ),
            Parameters.LayerNorm($"{path}.output.LayerNorm", Eps),
            Parameters.Linear($"{path}.intermediate.dense"),
            Activation.Named(config.HiddenAct),
            Parameters.Linear($"{path}.output.dense"),
            config.AttentionProbsDropoutProb,
            config.HiddenDropoutProb
        );
    }
}
