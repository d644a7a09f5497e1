using System.Globalization;

namespace LoRAEnsembleHub.Onnx;

/// <summary>Builds the graph of an ONNX model; values are known by their names.</summary>
/// <remarks>Source: onnx.proto of the ONNX standard (GraphProto, NodeProto, ValueInfoProto). Nodes are in the order in which they were added.</remarks>
/// <param name="name">What the graph is called.</param>
internal sealed class OnnxGraph(string name)
{
    private readonly List<ProtoMessage> nodes = [];
    private readonly List<ProtoMessage> inputs = [];
    private readonly List<ProtoMessage> outputs = [];
    private readonly Dictionary<string, OnnxWeight> weights = new(StringComparer.Ordinal);

    /// <summary>The numbers that come with the graph.</summary>
    public IReadOnlyCollection<OnnxWeight> Weights => weights.Values;

    /// <summary>Declares an input.</summary>
    /// <returns>Its name.</returns>
    public string Input(string input, OnnxElement element, params OnnxDimension[] shape)
    {
        inputs.Add(Value(input, element, shape));
        return input;
    }

    /// <summary>Gives a value to the outside under a name of its own.</summary>
    public void Output(string value, string output, params OnnxDimension[] shape)
    {
        nodes.Add(Node("Identity", [value], output, []));
        outputs.Add(Value(output, OnnxElement.Float, shape));
    }

    /// <summary>Adds numbers, unless they were added under the same name before.</summary>
    /// <returns>Their name.</returns>
    public string Weight(OnnxWeight weight)
    {
        weights.TryAdd(weight.Name, weight);
        return weight.Name;
    }

    /// <summary>Adds a node with one result.</summary>
    /// <param name="operation">An operator of the ONNX standard.</param>
    /// <param name="operands">Names of values.</param>
    /// <param name="attributes">From <see cref="OnnxAttribute"/>.</param>
    /// <returns>The name of the result.</returns>
    public string Node(string operation, string[] operands, params ProtoMessage[] attributes)
    {
        var result = string.Create(CultureInfo.InvariantCulture, $"{operation.ToLowerInvariant()}_{nodes.Count}");
        nodes.Add(Node(operation, operands, result, attributes));
        return result;
    }

    /// <summary>GraphProto without its numbers.</summary>
    public ProtoMessage Frame() => new ProtoMessage().Messages(1, nodes).Text(2, name).Messages(11, inputs).Messages(12, outputs);

    private static ProtoMessage Node(string operation, string[] operands, string result, ProtoMessage[] attributes)
    {
        var node = new ProtoMessage();
        foreach (var operand in operands)
        {
            node.Text(1, operand);
        }

        return node.Text(2, result).Text(3, $"/{result}").Text(4, operation).Messages(5, attributes);
    }

    private static ProtoMessage Value(string value, OnnxElement element, OnnxDimension[] shape)
    {
        var axes = new ProtoMessage().Messages(1, shape.Select(dimension => dimension.ToProto()));
        var tensor = new ProtoMessage().Number(1, (int)element).Message(2, axes);
        return new ProtoMessage().Text(1, value).Message(2, new ProtoMessage().Message(1, tensor));
    }
}
