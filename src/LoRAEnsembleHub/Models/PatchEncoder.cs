using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>What the models over patches compute alike: tokens of patches, and blocks with their norms before.</summary>
internal static class PatchEncoder
{
    /// <summary>The encoder blocks.</summary>
    public static EncoderBlock[] Blocks(ModelConfig config, ParameterSet parameters, double eps) =>
        [.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => Block(config, parameters, layer, eps))];

    /// <summary>Cuts inputs into patches and makes tokens of them.</summary>
    /// <param name="parameters">The base's weights.</param>
    /// <param name="values">[batch, channels, height, width].</param>
    /// <param name="strides">From one patch to the next along height and width.</param>
    /// <returns>[batch, patches, hidden], row after row, in the caller's scope.</returns>
    public static Tensor Patches(ParameterSet parameters, Tensor values, long[] strides)
    {
        using var scope = NewDisposeScope();
        return nn
            .functional.conv2d(
                values,
                parameters["embeddings.patch_embeddings.projection.weight"],
                parameters["embeddings.patch_embeddings.projection.bias"],
                strides: strides
            )
            .flatten(2)
            .transpose(1, 2)
            .MoveToOuterDisposeScope(); // [batch, patches, hidden]
    }

    /// <summary>Puts the class token, and the distillation token where there is one, in front of the patches and adds positions.</summary>
    /// <param name="parameters">The base's weights.</param>
    /// <param name="patches">[batch, patches, hidden].</param>
    /// <param name="positions">[1, tokens, hidden].</param>
    /// <returns>[batch, tokens, hidden], in the caller's scope.</returns>
    public static Tensor Tokens(ParameterSet parameters, Tensor patches, Tensor positions)
    {
        using var scope = NewDisposeScope();
        var batch = patches.size(0);
        var tokens = new List<Tensor> { parameters["embeddings.cls_token"].expand(batch, -1, -1) };
        if (parameters.Find("embeddings.distillation_token") is { } distillation)
        {
            tokens.Add(distillation.expand(batch, -1, -1));
        }

        return (cat([.. tokens, patches], 1) + positions).MoveToOuterDisposeScope(); // [batch, tokens, hidden]
    }

    private static EncoderBlock Block(ModelConfig config, ParameterSet parameters, int layer, double eps)
    {
        var path = $"encoder.layer.{layer}";
        return new EncoderBlock(
            NormPlacement.Before,
            parameters.LayerNorm($"{path}.layernorm_before", eps),
            new SelfAttention(
                parameters.Linear($"{path}.attention.attention.query"),
                parameters.Linear($"{path}.attention.attention.key"),
                parameters.Linear($"{path}.attention.attention.value"),
                parameters.Linear($"{path}.attention.output.dense"),
                config.NumAttentionHeads
            ),
            parameters.LayerNorm($"{path}.layernorm_after", eps),
            parameters.Linear($"{path}.intermediate.dense"),
            Activation.Named(config.HiddenAct),
            parameters.Linear($"{path}.output.dense"),
            config.AttentionProbsDropoutProb,
            config.HiddenDropoutProb
        );
    }
}
