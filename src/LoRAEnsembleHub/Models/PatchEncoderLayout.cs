using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Models;

/// <summary>Names and shapes that the models over patches share: ViT, DeiT and the audio spectrogram transformer.</summary>
/// <remarks>transformers, modeling_vit.py, modeling_deit.py and modeling_audio_spectrogram_transformer.py.</remarks>
internal static class PatchEncoderLayout
{
    /// <summary>The table of position embeddings.</summary>
    public const string Positions = "embeddings.position_embeddings";

    /// <summary>Everything that can be adapted, block by block.</summary>
    public static IEnumerable<AdapterSite> Sites(ModelConfig config)
    {
        long hidden = config.HiddenSize,
            inner = config.IntermediateSize;
        return Enumerable
            .Range(0, config.NumHiddenLayers)
            .SelectMany(layer =>
            {
                AdapterSite Site(ProjectionKind kind, string name, string newName, long width, long height) =>
                    new(layer, kind, $"encoder.layer.{layer}.{name}", $"layers.{layer}.{newName}", width, height);
                return new[]
                {
                    Site(ProjectionKind.Query, "attention.attention.query", "attention.q_proj", hidden, hidden),
                    Site(ProjectionKind.Key, "attention.attention.key", "attention.k_proj", hidden, hidden),
                    Site(ProjectionKind.Value, "attention.attention.value", "attention.v_proj", hidden, hidden),
                    Site(ProjectionKind.Output, "attention.output.dense", "attention.o_proj", hidden, hidden),
                    Site(ProjectionKind.FeedForwardIn, "intermediate.dense", "mlp.fc1", hidden, inner),
                    Site(ProjectionKind.FeedForwardOut, "output.dense", "mlp.fc2", inner, hidden),
                };
            });
    }

    /// <summary>Names and shapes of everything from the patches to the last norm.</summary>
    /// <param name="config">The config.</param>
    /// <param name="prefixTokens">Tokens before the patches: the class token, and the distillation token where there is one.</param>
    /// <param name="patch">Shape of a patch without the first axis: [channels, height, width].</param>
    /// <param name="patches">Number of patches.</param>
    /// <param name="qkvBias">Whether query, key and value have a bias.</param>
    public static IEnumerable<(string Name, long[] Shape)> Weights(
        ModelConfig config,
        int prefixTokens,
        long[] patch,
        long patches,
        bool qkvBias
    )
    {
        long hidden = config.HiddenSize;
        yield return ("embeddings.cls_token", [1, 1, hidden]);
        if (prefixTokens == 2)
        {
            yield return ("embeddings.distillation_token", [1, 1, hidden]);
        }

        yield return (Positions, [1, patches + prefixTokens, hidden]);
        yield return ("embeddings.patch_embeddings.projection.weight", [hidden, .. patch]);
        yield return ("embeddings.patch_embeddings.projection.bias", [hidden]);
        foreach (var site in Sites(config))
        {
            yield return ($"{site.Name}.weight", [site.Out, site.In]);
            if (qkvBias || site.Kind is not (ProjectionKind.Query or ProjectionKind.Key or ProjectionKind.Value))
            {
                yield return ($"{site.Name}.bias", [site.Out]);
            }
        }

        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            foreach (var norm in new[] { "layernorm_before", "layernorm_after" })
            {
                yield return ($"encoder.layer.{layer}.{norm}.weight", [hidden]);
                yield return ($"encoder.layer.{layer}.{norm}.bias", [hidden]);
            }
        }

        yield return ("layernorm.weight", [hidden]);
        yield return ("layernorm.bias", [hidden]);
    }

    /// <summary>Names of weights that a checkpoint may hold besides.</summary>
    public static bool Ignorable(string name) =>
        name.StartsWith("pooler.", StringComparison.Ordinal)
        || name.StartsWith("decoder.", StringComparison.Ordinal)
        || name is "embeddings.mask_token" or "embeddings.position_ids";
}
