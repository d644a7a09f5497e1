using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Onnx;

/// <summary>What <see cref="Ast"/> computes.</summary>
internal sealed class AstGraph(AstConfig config) : PatchGraph(config)
{
    protected override (string Hidden, string? Mask) Embed(OnnxLayers layers)
    {
        var graph = layers.Graph;
        var values = graph.Input("input_values", OnnxElement.Float, OnnxLayers.Batch, config.MaxLength, config.NumMelBins);
        var turned = graph.Node("Transpose", [values], OnnxAttribute.Of("perm", 0, 2, 1)); // [batch, mels, frames]
        var picture = graph.Node("Unsqueeze", [turned, graph.Weight(OnnxWeight.Of("second.axis", 1L))]);
        return (Tokens(layers, picture, [config.FrequencyStride, config.TimeStride]), null);
    }

    protected override void Finish(OnnxLayers layers, string states)
    {
        var graph = layers.Graph;
        var normal = layers.LayerNorm(states, "layernorm"); // [members or 1, batch, 2, hidden]
        var pooled = graph.Node("ReduceMean", [normal], OnnxAttribute.Of("axes", [2L]), OnnxAttribute.Of("keepdims", 0L));
        layers.Output(layers.HeadLinear(layers.HeadNorm(pooled, AstLayout.HeadNorm), AstLayout.HeadLinear), "logits");
    }
}
