using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>An audio spectrogram transformer: a vision transformer over overlapping patches of a spectrogram.</summary>
/// <remarks>
/// Gong et al. 2021 (arXiv 2104.01778); computed as transformers does in modeling_audio_spectrogram_transformer.py. Input
/// <c>input_values</c>: [batch, frames, mels].
/// </remarks>
internal sealed class Ast : PretrainedModel
{
    private const string InputValues = "input_values";
    private readonly AstConfig config;
    private readonly EncoderBlock[] blocks;

    internal Ast(
        AstLayout layout,
        AstConfig config,
        ParameterSet parameters,
        IReadOnlyList<string> heads,
        BaseIdentity identity,
        LoadReport report
    )
        : base(layout, parameters, heads, identity, report)
    {
        this.config = config;
        blocks = PatchEncoder.Blocks(config, parameters, Eps);
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> InputNames { get; } = [InputValues];

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, Tensor> BlankInputs(long batch) =>
        new Dictionary<string, Tensor> { [InputValues] = zeros(batch, config.MaxLength, config.NumMelBins) };

    internal override IReadOnlyList<EncoderBlock> Blocks => blocks;

    internal override IReadOnlyDictionary<string, Tensor> Prepare(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options)
    {
        var values = InputTensors.GetPrepared(inputs, InputValues);
        var shape = values.shape;
        if (shape.Length != 3 || shape[0] < 1 || shape[2] != config.NumMelBins)
        {
            throw new ModelException(
                $"{InputValues} is [{string.Join(", ", shape)}]; needed is [batch, frames, {config.NumMelBins} mels] with a batch of 1 or more."
            );
        }

        if (shape[1] != config.MaxLength && !options.InterpolatePositions)
        {
            throw new ModelException(
                $"{InputValues} has {shape[1]} frames; the model takes {config.MaxLength}. Cut or pad the spectrograms, "
                    + "set max_length in the model's config.json to their length, or ask for interpolated position embeddings."
            );
        }

        if (shape[1] < config.PatchSize)
        {
            throw new ModelException($"{InputValues} has {shape[1]} frames, less than one patch of {config.PatchSize}.");
        }

        return new Dictionary<string, Tensor> { [InputValues] = values.to(Dtype, Device) };
    }

    internal override Tensor? FillMask(IReadOnlyDictionary<string, Tensor> inputs) => null;

    internal override long RowBytes(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options) =>
        RowBytes(((long)config.FrequencyPatches * config.TimePatchesOf(inputs[InputValues].size(1))) + AstLayout.PrefixTokens);

    internal override long TokensRead(IReadOnlyList<string> heads) => AstLayout.PrefixTokens;

    internal override (Tensor Hidden, EncoderPass Pass) Embed(
        IReadOnlyDictionary<string, Tensor> inputs,
        ForwardOptions options,
        Generator? dropout
    )
    {
        using var scope = NewDisposeScope();
        var values = inputs[InputValues]; // [batch, frames, mels]
        var picture = values.unsqueeze(1).transpose(2, 3); // [batch, 1, mels, frames]
        var patches = PatchEncoder.Patches(Parameters, picture, [config.FrequencyStride, config.TimeStride]); // [batch, patches, hidden]
        var positions = AstPositions.Of(Parameters[PatchEncoderLayout.Positions], config, config.TimePatchesOf(values.size(1)));
        var tokens = PatchEncoder.Tokens(Parameters, patches, positions); // [batch, tokens, hidden]
        var pass = new EncoderPass(values.size(0), tokens.size(1), null, dropout);
        var dropped = pass.Drop(tokens, config.HiddenDropoutProb);
        return (dropped.reshape(1, pass.Batch * pass.Tokens, config.HiddenSize).MoveToOuterDisposeScope(), pass);
    }

    internal override Dictionary<string, Tensor> Finish(Tensor states, EncoderPass pass, AttachedMembers? members, bool hiddenStates)
    {
        var norm = Parameters.LayerNorm("layernorm", Eps);
        var pooled = norm.Forward(states.narrow(2, 0, AstLayout.PrefixTokens)).mean([2]); // [members or 1, batch, hidden]
        var outputs = new Dictionary<string, Tensor>();
        var (modules, parameters) = HeadFor(members);
        if (hiddenStates || modules.Count == 0)
        {
            outputs.Add("last_hidden_state", norm.Forward(states));
        }

        if (modules.Count == 0)
        {
            outputs.Add("pooled", pooled);
        }
        else
        {
            var head = MemberHead.Of(parameters, AstLayout.HeadLinear) with { Norm = MemberNorm.Of(parameters, AstLayout.HeadNorm, Eps) };
            outputs.Add("logits", head.Forward(pooled));
        }

        return outputs;
    }
}
