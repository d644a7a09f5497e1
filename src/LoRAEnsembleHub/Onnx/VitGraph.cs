using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Onnx;

/// <summary>What <see cref="Vit"/> computes.</summary>
internal sealed class VitGraph(VitConfig config) : PatchGraph(config)
{
    protected override (string Hidden, string? Mask) Embed(OnnxLayers layers)
    {
        var pixels = layers.Graph.Input(
            "pixel_values",
            OnnxElement.Float,
            OnnxLayers.Batch,
            config.NumChannels,
            config.ImageSize.Height,
            config.ImageSize.Width
        );
        return (Tokens(layers, pixels, [config.PatchSize.Height, config.PatchSize.Width]), null);
    }

    protected override void Finish(OnnxLayers layers, string states)
    {
        var normal = layers.LayerNorm(states, "layernorm");
        string[] logits =
        [
            .. layers.Source.HeadModules.Select(module => layers.HeadLinear(layers.Token(normal, VitLayout.TokenOf(module)), module)),
        ];
        if (logits is not [var cls, var distillation])
        {
            layers.Output(logits[0], "logits");
            return;
        }

        var half = layers.Graph.Weight(OnnxWeight.Of("number.0.5", 0.5));
        layers.Output(layers.Graph.Node("Mul", [layers.Graph.Node("Add", [cls, distillation]), half]), "logits");
        layers.Output(cls, "cls_logits");
        layers.Output(distillation, "distillation_logits");
    }
}
