using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Onnx;

/// <summary>What the models over patches have alike: see <see cref="PatchEncoder"/>.</summary>
internal abstract class PatchGraph(ModelConfig config) : FamilyGraph(config)
{
    private static readonly string[] specialTokens = ["embeddings.cls_token", "embeddings.distillation_token"];

    protected override OnnxNorms BlockOf(int layer) =>
        new(NormPlacement.Before, $"encoder.layer.{layer}.layernorm_before", $"encoder.layer.{layer}.layernorm_after");

    /// <summary>Cuts inputs into patches, makes tokens of them, and puts the special ones in front.</summary>
    /// <param name="layers">The graph.</param>
    /// <param name="picture">[batch, channels, height, width].</param>
    /// <param name="strides">From one patch to the next along height and width.</param>
    /// <returns>[1, batch, tokens, hidden].</returns>
    protected static string Tokens(OnnxLayers layers, string picture, long[] strides)
    {
        const string projection = "embeddings.patch_embeddings.projection";
        var (graph, parameters) = (layers.Graph, layers.Source.Parameters);
        var (hidden, table) = (parameters[$"{projection}.weight"].size(0), parameters[PatchEncoderLayout.Positions]); // [1, tokens, hidden]
        string[] special = [.. specialTokens.Where(name => parameters.Find(name) is not null)];
        var patches = graph.Node(
            "Conv",
            [picture, layers.Parameter($"{projection}.weight"), layers.Parameter($"{projection}.bias")],
            OnnxAttribute.Of("strides", strides)
        ); // [batch, hidden, rows, columns]
        var flat = graph.Node("Reshape", [patches, graph.Weight(OnnxWeight.Of("patches.shape", 0, hidden, -1))]);
        var placed = graph.Node(
            "Add",
            [
                graph.Node("Transpose", [flat], OnnxAttribute.Of("perm", 0, 2, 1)),
                graph.Weight(
                    OnnxWeight.Of(
                        "embeddings.patch_positions",
                        [1, table.size(1) - special.Length, hidden],
                        () => table.narrow(1, special.Length, table.size(1) - special.Length)
                    )
                ),
            ]
        ); // [batch, patches, hidden]
        var front = graph.Weight(
            OnnxWeight.Of(
                "embeddings.special_tokens",
                [1, special.Length, hidden],
                () => cat([.. special.Select(name => parameters[name])], 1) + table.narrow(1, 0, special.Length)
            )
        );
        var batch = graph.Node("Shape", [picture], OnnxAttribute.Of("start", 0L), OnnxAttribute.Of("end", 1L));
        var shape = graph.Node(
            "Concat",
            [batch, graph.Weight(OnnxWeight.Of("special.shape", special.Length, hidden))],
            OnnxAttribute.Of("axis", 0L)
        );
        var tokens = graph.Node("Concat", [graph.Node("Expand", [front, shape]), placed], OnnxAttribute.Of("axis", 1L));
        return graph.Node("Unsqueeze", [tokens, graph.Weight(OnnxWeight.Of("first.axis", 0L))]);
    }
}
