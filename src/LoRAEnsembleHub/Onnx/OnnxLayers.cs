using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Onnx;

/// <summary>The layers that all families are made of, as nodes of a graph; values are [members or 1, batch, tokens, width].</summary>
/// <param name="graph">The graph that grows.</param>
/// <param name="source">The numbers.</param>
/// <param name="adapterInputs">Whether the members' numbers are inputs of the graph.</param>
internal sealed class OnnxLayers(OnnxGraph graph, OnnxSource source, bool adapterInputs)
{
    /// <summary>The name of the axis of examples.</summary>
    public const string Batch = "batch";

    private const string Members = "members";
    private const string Classes = "classes";

    /// <summary>The graph.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>The numbers.</summary>
    public OnnxSource Source => source;

    /// <summary>A parameter of the base as it is stored.</summary>
    public string Parameter(string name) =>
        graph.Weight(OnnxWeight.Of(name, source.Parameters[name].shape, () => source.Parameters[name].alias()));

    /// <summary>A projection of the base, and its update where the members have one.</summary>
    public string Linear(string x, string path, LowRank? update)
    {
        var weight = source.Parameters[$"{path}.weight"]; // [out, in]
        var turned = graph.Weight(OnnxWeight.Of($"{path}.weight.t", [weight.size(1), weight.size(0)], () => weight.t()));
        var y = graph.Node("MatMul", [x, turned]);
        y = source.Parameters.Find($"{path}.bias") is null ? y : graph.Node("Add", [y, Parameter($"{path}.bias")]);
        if (update is null)
        {
            return y;
        }

        var (down, up) = adapterInputs
            ? (FactorInput(path, "lora_A", update.Down), FactorInput(path, "lora_B", update.Up))
            : Factors(path, update);
        var low = graph.Node("MatMul", [x, down]); // [members, batch, tokens, rank]
        return graph.Node("Add", [y, graph.Node("MatMul", [low, up])]);
    }

    /// <summary>A layer norm of the base.</summary>
    public string LayerNorm(string x, string path) =>
        graph.Node("LayerNormalization", [x, Parameter($"{path}.weight"), Parameter($"{path}.bias")], Axis, Epsilon);

    /// <summary>The first tokens of every example.</summary>
    public string Front(string x, long tokens) =>
        graph.Node(
            "Slice",
            [
                x,
                graph.Weight(OnnxWeight.Of("slice.start", 0L)),
                graph.Weight(OnnxWeight.Of($"slice.end.{tokens}", tokens)),
                graph.Weight(OnnxWeight.Of("slice.axis", 2L)),
            ]
        );

    /// <summary>One token of every example: [members or 1, batch, width].</summary>
    public string Token(string x, long index) =>
        graph.Node("Gather", [x, graph.Weight(OnnxWeight.Index($"token.{index}", index))], OnnxAttribute.Of("axis", 2L));

    /// <summary>A linear layer per member: [members or 1, batch, hidden] becomes [members, batch, classes].</summary>
    public string HeadLinear(string x, string path)
    {
        var (weight, shape, isMembers) = source.Head($"{path}.weight"); // [members or 1, classes, hidden]
        var turned =
            adapterInputs && isMembers
                ? Turned(graph.Input($"{path}.weight", OnnxElement.Float, Members, Classes, shape[2]), 0, 2, 1)
                : graph.Weight(OnnxWeight.Of($"{path}.weight.t", [shape[0], shape[2], shape[1]], () => weight.transpose(-1, -2)));
        return graph.Node("Add", [graph.Node("MatMul", [x, turned]), HeadRow($"{path}.bias", Classes)]);
    }

    /// <summary>A layer norm per member: [members or 1, batch, hidden].</summary>
    public string HeadNorm(string x, string path)
    {
        var width = source.Head($"{path}.weight").Shape[^1];
        var plain = graph.Weight(OnnxWeight.Of("norm.scale", [width], () => ones(width)));
        var normal = graph.Node("LayerNormalization", [x, plain], Axis, Epsilon);
        return graph.Node("Add", [graph.Node("Mul", [normal, HeadRow($"{path}.weight", width)]), HeadRow($"{path}.bias", width)]);
    }

    /// <summary>Gives logits to the outside: with a members axis where members are attached.</summary>
    /// <param name="logits">[members or 1, batch, classes].</param>
    /// <param name="name">What the output is called.</param>
    public void Output(string logits, string name)
    {
        if (source.Members is null)
        {
            var single = graph.Node("Squeeze", [logits, graph.Weight(OnnxWeight.Of("first.axis", 0L))]);
            graph.Output(single, name, Batch, Classes);
            return;
        }

        graph.Output(Widened(logits), name, adapterInputs ? Members : (OnnxDimension)source.Count, Batch, Classes);
    }

    private static ProtoMessage Axis => OnnxAttribute.Of("axis", -1L);

    private string SecondAxis => graph.Weight(OnnxWeight.Of("second.axis", 1L));

    private ProtoMessage Epsilon => OnnxAttribute.Of("epsilon", source.Epsilon);

    /// <summary>Members that share everything, the head too, still have an answer each.</summary>
    private string Widened(string logits) =>
        source.Members!.Head.Count > 0 || source.Members.FirstAdapted < source.Members.Blocks.Count || adapterInputs
            ? logits
            : graph.Node("Expand", [logits, graph.Weight(OnnxWeight.Of("members.shape", source.Count, 1, 1))]);

    private (string Down, string Up) Factors(string path, LowRank update)
    {
        string Turned(string name, Tensor factor) => // [members, 1, in, rank] and [members, 1, rank, out]
            graph.Weight(
                OnnxWeight.Of($"{path}.{name}.t", [factor.size(0), 1, factor.size(2), factor.size(1)], () => factor.transpose(1, 2))
            );
        return (Turned("lora_A", update.Down), Turned("lora_B", update.Up));
    }

    private string FactorInput(string path, string name, Tensor factor)
    {
        OnnxDimension rank = $"{path}.rank";
        var given = graph.Input(
            $"{path}.{name}",
            OnnxElement.Float,
            name == "lora_A" ? [Members, rank, factor.size(2)] : [Members, factor.size(1), rank]
        );
        return graph.Node("Unsqueeze", [Turned(given, 0, 2, 1), SecondAxis]);
    }

    /// <summary>A parameter of one row per member: [members or 1, 1, width].</summary>
    private string HeadRow(string name, OnnxDimension width)
    {
        var (row, shape, isMembers) = source.Head(name); // [members or 1, width]
        return adapterInputs && isMembers
            ? graph.Node("Unsqueeze", [graph.Input(name, OnnxElement.Float, Members, width), SecondAxis])
            : graph.Weight(OnnxWeight.Of(name, [shape[0], 1, shape[1]], () => row.alias()));
    }

    private string Turned(string x, params long[] order) => graph.Node("Transpose", [x], OnnxAttribute.Of("perm", order));
}
