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
    private readonly string[] heads;
    private readonly double eps;
    private readonly EncoderBlock[] blocks;

    internal Vit(VitConfig config, ParameterSet parameters, double eps, string[] heads, BaseIdentity identity, LoadReport report)
        : base(identity, VitLayout.Catalogue(config), report, parameters)
    {
        (Config, this.eps, this.heads) = (config, eps, heads);
        blocks = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(Block)];
    }

    /// <summary>The config.json, field for field.</summary>
    public VitConfig Config { get; }

    /// <inheritdoc />
    public override IReadOnlyList<string> Labels =>
        heads.Length == 0 ? []
        : Config.Id2Label is { } names ? [.. Enumerable.Range(0, names.Count).Select(index => names[$"{index}"])]
        : [.. Enumerable.Range(0, Config.Classes).Select(index => $"LABEL_{index}")];

    /// <inheritdoc />
    public override IReadOnlyList<string> InputNames { get; } = ["pixel_values"];

    private protected override IReadOnlyList<EncoderBlock> Blocks => blocks;

    /// <inheritdoc />
    public override async Task SaveAsync(string folder, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        string Full(string name) =>
            heads.Any(head => name.StartsWith(head + ".", StringComparison.Ordinal)) || heads.Length == 0 ? name : Catalogue.Prefix + name;
        var named = Parameters.All.Select(entry => KeyValuePair.Create(Full(entry.Key), entry.Value));
        await TensorFile
            .WriteAsync(Path.Combine(folder, "model.safetensors"), named, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var config = Config with { LayerNormEps = eps, Architectures = [Architecture()] };
        await TextFile.WriteAsync(Path.Combine(folder, "config.json"), config.ToJson(), cancellationToken).ConfigureAwait(false);
    }

    private protected override IReadOnlyDictionary<string, Tensor> Prepare(
        IReadOnlyDictionary<string, Tensor> inputs,
        ForwardOptions options
    )
    {
        if (!inputs.TryGetValue("pixel_values", out var pixels))
        {
            throw new ModelException($"The input pixel_values is missing; given were {string.Join(", ", inputs.Keys)}.");
        }

        var shape = pixels.shape;
        if (shape.Length != 4 || shape[0] < 1 || shape[1] != Config.NumChannels)
        {
            throw new ModelException(
                $"pixel_values is [{string.Join(", ", shape)}]; needed is [batch, {Config.NumChannels} channels, height, width] with a batch of 1 or more."
            );
        }

        var (height, width) = (Config.ImageSize.Height, Config.ImageSize.Width);
        if ((shape[2], shape[3]) != (height, width) && !options.InterpolatePositions)
        {
            throw new ModelException(
                $"pixel_values is {shape[2]} × {shape[3]} pixels; the model was trained on {height} × {width}. "
                    + "Resize the images, or ask for interpolated position embeddings."
            );
        }

        if (shape[2] < Config.PatchSize.Height || shape[3] < Config.PatchSize.Width)
        {
            throw new ModelException($"pixel_values is {shape[2]} × {shape[3]} pixels, less than one patch of {Config.PatchSize}.");
        }

        return new Dictionary<string, Tensor> { ["pixel_values"] = pixels.to(Dtype, Device) };
    }

    private protected override long RowBytes(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options)
    {
        var shape = inputs["pixel_values"].shape;
        var tokens = (shape[2] / Config.PatchSize.Height * (shape[3] / Config.PatchSize.Width)) + VitLayout.PrefixTokens(Config);
        return tokens * ((8L * Config.HiddenSize) + (2L * Config.IntermediateSize)) * Dtype.Bytes();
    }

    private protected override (Tensor Hidden, EncoderPass Pass) Embed(
        IReadOnlyDictionary<string, Tensor> inputs,
        ForwardOptions options,
        Generator? dropout
    )
    {
        using var scope = NewDisposeScope();
        var pixels = inputs["pixel_values"];
        var (batch, height, width) = (pixels.size(0), pixels.size(2), pixels.size(3));
        var patch = Config.PatchSize;
        var patches = nn
            .functional.conv2d(
                pixels,
                Parameters["embeddings.patch_embeddings.projection.weight"],
                Parameters["embeddings.patch_embeddings.projection.bias"],
                strides: [patch.Height, patch.Width]
            )
            .flatten(2)
            .transpose(1, 2); // [batch, patches, hidden]
        var prefix = new List<Tensor> { Parameters["embeddings.cls_token"].expand(batch, -1, -1) };
        if (Parameters.Find("embeddings.distillation_token") is { } distillation)
        {
            prefix.Add(distillation.expand(batch, -1, -1));
        }

        var tokens = cat([.. prefix, patches], 1) + Positions(height, width, patches.size(1)); // [batch, tokens, hidden]
        var pass = new EncoderPass(batch, tokens.size(1), null, dropout);
        var dropped = pass.Drop(tokens, Config.HiddenDropoutProb);
        return (dropped.reshape(1, batch * tokens.size(1), Config.HiddenSize).MoveToOuterDisposeScope(), pass);
    }

    private protected override Dictionary<string, Tensor> Finish(
        Tensor hidden,
        EncoderPass pass,
        AttachedMembers? members,
        bool hiddenStates
    )
    {
        using var scope = NewDisposeScope();
        var norm = new LayerNorm(Parameters["layernorm.weight"], Parameters["layernorm.bias"], eps);
        var states = hidden.view(hidden.size(0), pass.Batch, pass.Tokens, -1); // [members or 1, batch, tokens, hidden]
        var outputs = new Dictionary<string, Tensor>();
        Tensor Token(int index) => norm.Forward(states.select(2, index)); // [members or 1, batch, hidden]
        var own = members is { Head.Count: > 0 };
        var modules = own ? HeadModules(members!) : heads;
        if (hiddenStates || modules.Length == 0)
        {
            outputs.Add("last_hidden_state", norm.Forward(states));
        }

        if (modules.Length == 0 && Parameters.Find("pooler.dense.weight") is { } pooler)
        {
            var activation = Activation.Named(Config.PoolerAct);
            outputs.Add("pooled", activation(nn.functional.linear(Token(0), pooler, Parameters["pooler.dense.bias"])));
        }

        var logits = modules.Select(module => own ? Stacked(members!, module) : Shared(module)).ToArray();
        if (logits.Length > 0)
        {
            outputs.Add("logits", logits.Length == 1 ? logits[0] : (logits[0] + logits[1]) / 2.0);
        }

        if (logits.Length == 2)
        {
            outputs.Add("cls_logits", logits[0]);
            outputs.Add("distillation_logits", logits[1]);
        }

        return outputs.ToDictionary(output => output.Key, output => output.Value.MoveToOuterDisposeScope());

        Tensor Shared(string module) =>
            nn.functional.linear(Token(VitLayout.TokenOf(module)), Parameters[$"{module}.weight"], Parameters[$"{module}.bias"]);

        Tensor Stacked(AttachedMembers set, string module) =>
            Token(VitLayout.TokenOf(module)).matmul(set.Head[$"{module}.weight"].transpose(1, 2)) // [members, batch, classes]
            + set.Head[$"{module}.bias"].unsqueeze(1);
    }

    private protected override PretrainedModel Merged(ParameterSet parameters, IReadOnlyList<string>? labels)
    {
        string[] modules =
        [
            .. VitLayout.TeacherHeads.Prepend(VitLayout.Classifier).Where(head => parameters.Find($"{head}.weight") is not null),
        ];
        var classes = modules.Length == 0 ? Config.Classes : (int)parameters[$"{modules[0]}.weight"].size(0);
        var same = labels is null && classes == Config.Classes;
        var names = labels ?? [.. Enumerable.Range(0, classes).Select(index => $"LABEL_{index}")];
        var config = same
            ? Config
            : Config with
            {
                NumLabels = null,
                Id2Label = names.Index().ToDictionary(pair => $"{pair.Index}", pair => pair.Item),
                Label2Id = names.Index().DistinctBy(pair => pair.Item).ToDictionary(pair => pair.Item, pair => pair.Index),
            };
        return new Vit(config, parameters, eps, modules, Identity, Report);
    }

    private string Architecture() =>
        (Config.ModelType, heads.Length) switch
        {
            ("vit", 0) => "ViTModel",
            ("vit", _) => "ViTForImageClassification",
            (_, 0) => "DeiTModel",
            (_, 1) => "DeiTForImageClassification",
            _ => "DeiTForImageClassificationWithTeacher",
        };

    private static string[] HeadModules(AttachedMembers members) =>
        members.Head.ContainsKey($"{VitLayout.Classifier}.weight") ? [VitLayout.Classifier] : VitLayout.TeacherHeads;

    /// <summary>Position embeddings for an image: as stored, or the patch part resized bicubically without antialiasing.</summary>
    private Tensor Positions(long height, long width, long patches)
    {
        var stored = Parameters["embeddings.position_embeddings"]; // [1, tokens, hidden]
        var prefix = VitLayout.PrefixTokens(Config);
        if ((height, width) == (Config.ImageSize.Height, Config.ImageSize.Width))
        {
            return stored.alias();
        }

        if (stored.size(1) - prefix == patches && height == width)
        {
            return stored.alias();
        }

        var side = (long)Math.Sqrt(stored.size(1) - prefix);
        if (side * side != stored.size(1) - prefix)
        {
            throw new ModelException(
                $"The model stores {stored.size(1) - prefix} patch positions, which form no square; only square grids can be interpolated, as in transformers."
            );
        }

        var grid = stored.narrow(1, prefix, side * side).to(ScalarType.Float32).view(1, side, side, -1).permute(0, 3, 1, 2);
        var resized = nn.functional.interpolate(
            grid,
            size: [height / Config.PatchSize.Height, width / Config.PatchSize.Width],
            mode: InterpolationMode.Bicubic,
            align_corners: false
        );
        var flat = resized.permute(0, 2, 3, 1).reshape(1, -1, Config.HiddenSize).to(Dtype); // [1, patches, hidden]
        return cat([stored.narrow(1, 0, prefix), flat], 1);
    }

    private EncoderBlock Block(int layer)
    {
        var path = $"encoder.layer.{layer}";
        FrozenLinear Linear(string name) => new(Parameters[$"{path}.{name}.weight"], Parameters.Find($"{path}.{name}.bias"));
        LayerNorm Norm(string name) => new(Parameters[$"{path}.{name}.weight"], Parameters[$"{path}.{name}.bias"], eps);
        return new EncoderBlock(
            Norm("layernorm_before"),
            new SelfAttention(
                Linear("attention.attention.query"),
                Linear("attention.attention.key"),
                Linear("attention.attention.value"),
                Linear("attention.output.dense"),
                Config.NumAttentionHeads
            ),
            Norm("layernorm_after"),
            Linear("intermediate.dense"),
            Activation.Named(Config.HiddenAct),
            Linear("output.dense"),
            Config.AttentionProbsDropoutProb,
            Config.HiddenDropoutProb
        );
    }
}
