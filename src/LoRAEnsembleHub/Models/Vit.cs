using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>A Vision Transformer: ViT, or DeiT with its distillation token.</summary>
/// <remarks>
/// Dosovitskiy et al. 2021 (arXiv 2010.11929) and Touvron et al. 2021 (arXiv 2012.12877); computed as transformers does in
/// modeling_vit.py and modeling_deit.py. Input <c>pixel_values</c>: [batch, channels, height, width].
/// </remarks>
internal sealed class Vit : PretrainedModel
{
    private readonly VitConfig config;
    private readonly int prefixTokens;
    private readonly EncoderBlock[] blocks;

    internal Vit(
        VitLayout layout,
        VitConfig config,
        ParameterSet parameters,
        IReadOnlyList<string> heads,
        BaseIdentity identity,
        LoadReport report
    )
        : base(layout, parameters, heads, identity, report)
    {
        (this.config, prefixTokens) = (config, layout.PrefixTokens);
        blocks = PatchEncoder.Blocks(config, parameters, Eps);
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> InputNames { get; } = ["pixel_values"];

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, Tensor> BlankInputs(long batch) =>
        new Dictionary<string, Tensor>
        {
            ["pixel_values"] = zeros(batch, config.NumChannels, config.ImageSize.Height, config.ImageSize.Width),
        };

    internal override IReadOnlyList<EncoderBlock> Blocks => blocks;

    internal override IReadOnlyDictionary<string, Tensor> Prepare(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options)
    {
        var pixels = InputTensors.GetPrepared(inputs, "pixel_values");
        var shape = pixels.shape;
        if (shape.Length != 4 || shape[0] < 1 || shape[1] != config.NumChannels)
        {
            throw new ModelException(
                $"pixel_values is [{string.Join(", ", shape)}]; needed is [batch, {config.NumChannels} channels, height, width] with a batch of 1 or more."
            );
        }

        var (height, width) = (config.ImageSize.Height, config.ImageSize.Width);
        if ((shape[2], shape[3]) != (height, width) && !options.InterpolatePositions)
        {
            throw new ModelException(
                $"pixel_values is {shape[2]} × {shape[3]} pixels; the model was trained on {height} × {width}. "
                    + "Resize the images, or ask for interpolated position embeddings."
            );
        }

        if (shape[2] < config.PatchSize.Height || shape[3] < config.PatchSize.Width)
        {
            throw new ModelException($"pixel_values is {shape[2]} × {shape[3]} pixels, less than one patch of {config.PatchSize}.");
        }

        return new Dictionary<string, Tensor> { ["pixel_values"] = pixels.to(Dtype, Device) };
    }

    internal override Tensor? FillMask(IReadOnlyDictionary<string, Tensor> inputs) => null;

    internal override long RowBytes(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options)
    {
        var shape = inputs["pixel_values"].shape;
        return RowBytes((shape[2] / config.PatchSize.Height * (shape[3] / config.PatchSize.Width)) + prefixTokens);
    }

    internal override long TokensRead(IReadOnlyList<string> heads) => heads.Max(VitLayout.TokenOf) + 1;

    internal override (Tensor Hidden, EncoderPass Pass) Embed(
        IReadOnlyDictionary<string, Tensor> inputs,
        ForwardOptions options,
        Generator? dropout
    )
    {
        using var scope = NewDisposeScope();
        var pixels = inputs["pixel_values"];
        var (batch, height, width) = (pixels.size(0), pixels.size(2), pixels.size(3));
        var patches = PatchEncoder.Patches(Parameters, pixels, [config.PatchSize.Height, config.PatchSize.Width]); // [batch, patches, hidden]
        var tokens = PatchEncoder.Tokens(Parameters, patches, Positions(height, width, patches.size(1))); // [batch, tokens, hidden]
        var pass = new EncoderPass(batch, tokens.size(1), null, dropout);
        var dropped = pass.Drop(tokens, config.HiddenDropoutProb);
        return (dropped.reshape(1, batch * tokens.size(1), config.HiddenSize).MoveToOuterDisposeScope(), pass);
    }

    internal override Dictionary<string, Tensor> Finish(Tensor states, EncoderPass pass, AttachedMembers? members, bool hiddenStates)
    {
        var norm = Parameters.LayerNorm("layernorm", Eps);
        var outputs = new Dictionary<string, Tensor>();
        Tensor Token(int index) => norm.Forward(states.select(2, index)); // [members or 1, batch, hidden]
        var (modules, head) = HeadFor(members);
        if (hiddenStates || modules.Count == 0)
        {
            outputs.Add("last_hidden_state", norm.Forward(states));
        }

        if (modules.Count == 0 && Parameters.Find("pooler.dense.weight") is { } pooler)
        {
            var activation = Activation.Named(config.PoolerAct);
            outputs.Add("pooled", activation(nn.functional.linear(Token(0), pooler, Parameters["pooler.dense.bias"])));
        }

        var logits = modules.Select(module => MemberHead.Of(head, module).Forward(Token(VitLayout.TokenOf(module)))).ToArray();
        if (logits.Length > 0)
        {
            outputs.Add("logits", logits.Length == 1 ? logits[0] : (logits[0] + logits[1]) / 2.0);
        }

        if (logits.Length == 2)
        {
            outputs.Add("cls_logits", logits[0]);
            outputs.Add("distillation_logits", logits[1]);
        }

        return outputs;
    }

    /// <summary>Position embeddings for an image: as stored, or the patch part resized bicubically without antialiasing.</summary>
    private Tensor Positions(long height, long width, long patches)
    {
        var stored = Parameters[PatchEncoderLayout.Positions]; // [1, tokens, hidden]
        if ((height, width) == (config.ImageSize.Height, config.ImageSize.Width))
        {
            return stored.alias();
        }

        if (stored.size(1) - prefixTokens == patches && height == width)
        {
            return stored.alias();
        }

        var side = (long)Math.Sqrt(stored.size(1) - prefixTokens);
        if (side * side != stored.size(1) - prefixTokens)
        {
            throw new ModelException(
                $"The model stores {stored.size(1) - prefixTokens} patch positions, which form no square; only square grids can be interpolated, as in transformers."
            );
        }

        var grid = stored.narrow(1, prefixTokens, side * side).to(ScalarType.Float32).view(1, side, side, -1).permute(0, 3, 1, 2);
        var resized = nn.functional.interpolate(
            grid,
            size: [height / config.PatchSize.Height, width / config.PatchSize.Width],
            mode: InterpolationMode.Bicubic,
            align_corners: false
        );
        var flat = resized.permute(0, 2, 3, 1).reshape(1, -1, config.HiddenSize).to(Dtype); // [1, patches, hidden]
        return cat([stored.narrow(1, 0, prefixTokens), flat], 1);
    }
}
