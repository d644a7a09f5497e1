using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;

namespace LoRAEnsembleHub.Onnx;

/// <summary>What <see cref="Bert"/> computes; all three inputs are needed.</summary>
internal sealed class BertGraph(BertConfig config) : FamilyGraph(config)
{
    private const string TokensAxis = "tokens";

    protected override OnnxNorms BlockOf(int layer) =>
        new(NormPlacement.After, $"encoder.layer.{layer}.attention.output.LayerNorm", $"encoder.layer.{layer}.output.LayerNorm");

    protected override (string Hidden, string? Mask) Embed(OnnxLayers layers)
    {
        var graph = layers.Graph;
        string Input(string name) => graph.Input(name, OnnxElement.Int64, OnnxLayers.Batch, TokensAxis);
        string Rows(string table, string indices) => graph.Node("Gather", [layers.Parameter($"embeddings.{table}.weight"), indices]);
        string Whole(string name, params long[] values) => graph.Weight(OnnxWeight.Of(name, values));
        var (ids, mask, types) = (Input(BertInputs.Ids), Input(BertInputs.Mask), Input(BertInputs.Types));
        var tokens = graph.Node("Shape", [ids], OnnxAttribute.Of("start", 1L), OnnxAttribute.Of("end", 2L));
        var positions = graph.Node(
            "Slice",
            [layers.Parameter("embeddings.position_embeddings.weight"), Whole("slice.start", 0), tokens, Whole("first.axis", 0)]
        ); // [tokens, hidden]
        var words = graph.Node("Add", [Rows("word_embeddings", ids), Rows("token_type_embeddings", types)]);
        var hidden = layers.LayerNorm(graph.Node("Add", [words, positions]), "embeddings.LayerNorm"); // [batch, tokens, hidden]
        return (graph.Node("Unsqueeze", [hidden, Whole("first.axis", 0)]), Hidden(graph, mask));
    }

    protected override void Finish(OnnxLayers layers, string states)
    {
        var pooled = layers.Graph.Node("Tanh", [layers.Linear(layers.Token(states, 0), "pooler.dense", null)]);
        layers.Output(layers.HeadLinear(pooled, BertLayout.Classifier), "logits");
    }

    /// <summary>0 for keys that count and the lowest number for those that do not: [1, batch, 1, 1, tokens].</summary>
    private static string Hidden(OnnxGraph graph, string mask)
    {
        var counts = graph.Node("Cast", [mask], OnnxAttribute.Of("to", (long)OnnxElement.Float));
        var filler = graph.Node("Sub", [graph.Weight(OnnxWeight.Of("number.1", 1.0)), counts]);
        var lowest = graph.Node("Mul", [filler, graph.Weight(OnnxWeight.Of("number.lowest", float.MinValue))]);
        return graph.Node("Unsqueeze", [lowest, graph.Weight(OnnxWeight.Of("mask.axes", 0, 2, 3))]);
    }
}
