namespace LoRAEnsembleHub.Onnx;

/// <summary>The activation functions of transformers in standard operators, by the names that configs use.</summary>
/// <remarks>Source: transformers, activations.py (ACT2FN); the formulas are those of <see cref="Models.Blocks.Activation"/>.</remarks>
internal static class OnnxActivation
{
    /// <summary>Adds the nodes of an activation.</summary>
    /// <returns>The result.</returns>
    public static string Add(OnnxGraph graph, string name, string x) =>
        name switch
        {
            "gelu" or "gelu_python" => Gelu(graph, x),
            "gelu_10" => graph.Node("Clip", [Gelu(graph, x), Number(graph, -10), Number(graph, 10)]),
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_python_tanh" or "gelu_accurate" => TanhGelu(graph, x),
            "quick_gelu" => graph.Node("Mul", [x, graph.Node("Sigmoid", [Times(graph, x, 1.702)])]),
            "relu" => graph.Node("Relu", [x]),
            "relu2" => Square(graph, graph.Node("Relu", [x])),
            "relu6" => graph.Node("Clip", [x, Number(graph, 0), Number(graph, 6)]),
            "leaky_relu" => graph.Node("LeakyRelu", [x], OnnxAttribute.Of("alpha", 0.01)),
            "silu" or "swish" => graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]),
            "selu" => graph.Node("Selu", [x]),
            "hardswish" => graph.Node("HardSwish", [x]),
            "laplace" => Half(graph, graph.Node("Erf", [Times(graph, Plus(graph, x, -0.707107), 1 / (0.282095 * Math.Sqrt(2.0)))])),
            "mish" => graph.Node("Mul", [x, graph.Node("Tanh", [graph.Node("Softplus", [x])])]),
            "tanh" => graph.Node("Tanh", [x]),
            "sigmoid" => graph.Node("Sigmoid", [x]),
            "linear" => x,
            _ => throw new Models.ModelException(
                $"The activation {name} has no form in ONNX operators here; a model with it cannot be written."
            ),
        };

    // x · ½ (1 + erf(x / √2)), in the form that runtimes know and fuse
    private static string Gelu(OnnxGraph graph, string x) =>
        graph.Node("Mul", [x, Half(graph, graph.Node("Erf", [Times(graph, x, 1 / Math.Sqrt(2.0))]))]);

    private static string TanhGelu(OnnxGraph graph, string x)
    {
        var cube = Times(graph, graph.Node("Mul", [Square(graph, x), x]), 0.044715);
        var inner = Times(graph, graph.Node("Add", [x, cube]), Math.Sqrt(2.0 / Math.PI));
        return graph.Node("Mul", [x, Half(graph, graph.Node("Tanh", [inner]))]);
    }

    /// <summary>½ (1 + x).</summary>
    private static string Half(OnnxGraph graph, string x) => Times(graph, Plus(graph, x, 1), 0.5);

    private static string Square(OnnxGraph graph, string x) => graph.Node("Mul", [x, x]);

    private static string Plus(OnnxGraph graph, string x, double number) => graph.Node("Add", [x, Number(graph, number)]);

    private static string Times(OnnxGraph graph, string x, double factor) => graph.Node("Mul", [x, Number(graph, factor)]);

    private static string Number(OnnxGraph graph, double value) =>
        graph.Weight(OnnxWeight.Of(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"number.{value:g9}"), value));
}
