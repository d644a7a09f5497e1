using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;

namespace LoRAEnsembleHub.Onnx;

/// <summary>One encoder block as nodes; what <see cref="EncoderBlock"/> computes.</summary>
/// <param name="layers">The graph.</param>
/// <param name="config">The model's config.</param>
/// <param name="norms">The block's layer norms.</param>
/// <param name="layer">Which block, from 0.</param>
internal sealed class OnnxBlock(OnnxLayers layers, ModelConfig config, OnnxNorms norms, int layer)
{
    private readonly BlockUpdates updates = layers.Source.Members?.Blocks[layer] ?? BlockUpdates.None;
    private readonly int head = config.HiddenSize / config.NumAttentionHeads;

    private OnnxGraph Graph => layers.Graph;

    /// <summary>Adds the nodes.</summary>
    /// <param name="x">[members or 1, batch, tokens, hidden].</param>
    /// <param name="mask">Added to the attention scores, or null.</param>
    /// <param name="kept">So many tokens at the front are computed to the end, the others only serve as keys and values; null for all.</param>
    /// <returns>[members or 1, batch, kept, hidden].</returns>
    public string Add(string x, string? mask, long? kept)
    {
        var front = kept is { } tokens ? layers.Front(x, tokens) : x;
        var entering = Entering(x, norms.Attention);
        var asking = kept is { } read ? layers.Front(entering, read) : entering;
        var middle = Added(front, Attention(asking, entering, mask), norms.Attention);
        var wide = Project(Entering(middle, norms.FeedForward), ProjectionKind.FeedForwardIn, updates.FeedForwardIn);
        var fed = Project(OnnxActivation.Add(Graph, config.HiddenAct, wide), ProjectionKind.FeedForwardOut, updates.FeedForwardOut);
        return Added(middle, fed, norms.FeedForward);
    }

    private string Attention(string asking, string x, string? mask)
    {
        var query = Split(Project(asking, ProjectionKind.Query, updates.Query), 0, 1, 3, 2, 4); // [members, batch, heads, kept, head]
        var key = Split(Project(x, ProjectionKind.Key, updates.Key), 0, 1, 3, 4, 2); // [members, batch, heads, head, tokens]
        var value = Split(Project(x, ProjectionKind.Value, updates.Value), 0, 1, 3, 2, 4);
        var scale = Graph.Weight(OnnxWeight.Of("attention.scale", 1 / Math.Sqrt(head)));
        var scores = Graph.Node("MatMul", [Graph.Node("Mul", [query, scale]), key]); // [members, batch, heads, kept, tokens]
        scores = mask is null ? scores : Graph.Node("Add", [scores, mask]);
        var mixed = Graph.Node("MatMul", [Graph.Node("Softmax", [scores], OnnxAttribute.Of("axis", -1L)), value]);
        var joined = Graph.Node(
            "Reshape",
            [Turned(mixed, 0, 1, 3, 2, 4), Graph.Weight(OnnxWeight.Of("joined.shape", 0, 0, 0, config.HiddenSize))]
        );
        return Project(joined, ProjectionKind.Output, updates.Output);
    }

    private string Split(string x, params long[] order) =>
        Turned(Graph.Node("Reshape", [x, Graph.Weight(OnnxWeight.Of("split.shape", 0, 0, 0, config.NumAttentionHeads, head))]), order);

    private string Turned(string x, params long[] order) => Graph.Node("Transpose", [x], OnnxAttribute.Of("perm", order));

    private string Project(string x, ProjectionKind kind, MemberUpdate? update) =>
        layers.Linear(
            x,
            layers.Source.Catalogue.Sites.First(site => site.Layer == layer && site.Kind == kind).Name,
            update switch
            {
                null => null,
                LowRank factors => factors,
                _ => throw new ModelException(
                    "Only LoRA members have a form in ONNX here; the members attached change projections in another way."
                ),
            }
        );

    private string Entering(string x, string norm) => norms.Placement == NormPlacement.Before ? layers.LayerNorm(x, norm) : x;

    private string Added(string x, string change, string norm)
    {
        var sum = Graph.Node("Add", [x, change]);
        return norms.Placement == NormPlacement.Before ? sum : layers.LayerNorm(sum, norm);
    }
}
