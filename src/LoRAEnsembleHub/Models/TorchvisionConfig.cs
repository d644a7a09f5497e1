using System.Globalization;

namespace LoRAEnsembleHub.Models;

/// <summary>The config of a ViT that torchvision wrote, which says nothing of itself but the shapes of its weights.</summary>
/// <remarks>torchvision, models/vision_transformer.py: layer norm epsilon 1e-6, gelu, square images and patches.</remarks>
internal static class TorchvisionConfig
{
    /// <summary>Heads of the named variants, ViT-B, -L and -H, by hidden size; shapes do not tell.</summary>
    private static readonly Dictionary<long, int> heads = new()
    {
        [768] = 12,
        [1024] = 16,
        [1280] = 16,
    };

    /// <summary>Reads sizes off shapes.</summary>
    /// <param name="shapeOf">The shape of a weight by torchvision's name, or null.</param>
    /// <param name="place">Where they come from, for messages.</param>
    /// <exception cref="ModelException">The shapes are not those of such a model, or do not tell all that is needed.</exception>
    public static VitConfig Infer(Func<string, IReadOnlyList<long>?> shapeOf, string place)
    {
        IReadOnlyList<long> Need(string name, int rank) =>
            shapeOf(name) is { } shape && shape.Count == rank && shape.All(size => size is > 0 and <= int.MaxValue)
                ? shape
                : throw new ModelException($"{place} has no {name} of {rank} dimensions, which every ViT by torchvision has.");
        var (patches, positions) = (Need("conv_proj.weight", 4), Need("encoder.pos_embedding", 3));
        var (hidden, patch) = (positions[2], patches[2]);
        var layers = 0;
        while (shapeOf(string.Create(CultureInfo.InvariantCulture, $"encoder.layers.encoder_layer_{layers}.ln_1.weight")) is not null)
        {
            layers++;
        }

        var side = (long)Math.Round(Math.Sqrt(positions[1] - 1));
        if (side < 1 || (side * side) + 1 != positions[1] || patches[3] != patch || layers == 0)
        {
            throw new ModelException(
                $"{place} has {layers} blocks, patches of {patch} × {patches[3]} and {positions[1]} positions; sizes can be read off a ViT with "
                    + "square patches, a square of them, a class token, and one block or more. Give its config.json."
            );
        }

        if (!heads.TryGetValue(hidden, out var count))
        {
            throw new ModelException(
                $"{place} has a hidden size of {hidden}, and how many attention heads share it cannot be read off weights. Known are "
                    + $"{string.Join(", ", heads.Keys)}; for others give a config.json with num_attention_heads."
            );
        }

        return new VitConfig
        {
            HiddenSize = (int)hidden,
            NumHiddenLayers = layers,
            NumAttentionHeads = count,
            IntermediateSize = (int)
                (shapeOf("encoder.layers.encoder_layer_0.mlp.0.weight") ?? Need("encoder.layers.encoder_layer_0.mlp.linear_1.weight", 2))[
                    0
                ],
            ImageSize = new ImageExtent((int)(side * patch), (int)(side * patch)),
            PatchSize = new ImageExtent((int)patch, (int)patch),
            NumChannels = (int)patches[1],
            LayerNormEps = 1e-6,
        };
    }
}
