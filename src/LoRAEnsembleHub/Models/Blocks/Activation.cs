using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>The activation functions of transformers, by the names that configs use.</summary>
/// <remarks>Source: transformers, activations.py (ACT2FN).</remarks>
internal static class Activation
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> functions = new(StringComparer.Ordinal)
    {
        ["gelu"] = Gelu,
        ["gelu_python"] = Gelu,
        ["gelu_new"] = TanhGelu,
        ["gelu_pytorch_tanh"] = TanhGelu,
        ["gelu_fast"] = TanhGelu,
        ["gelu_python_tanh"] = TanhGelu,
        ["gelu_accurate"] = TanhGelu,
        ["gelu_10"] = x => nn.functional.gelu(x).clamp(-10, 10),
        ["quick_gelu"] = x => x * sigmoid(1.702 * x),
        ["relu"] = x => nn.functional.relu(x),
        ["relu2"] = x => nn.functional.relu(x).square(),
        ["leaky_relu"] = x => nn.functional.leaky_relu(x, 0.01),
        ["relu6"] = x => nn.functional.relu6(x),
        ["silu"] = x => nn.functional.silu(x),
        ["swish"] = x => nn.functional.silu(x),
        ["selu"] = x => nn.functional.selu(x),
        ["hardswish"] = x => nn.functional.hardswish(x),
        ["laplace"] = x => 0.5 * (1.0 + ((x - 0.707107) / (0.282095 * Math.Sqrt(2.0))).erf()),
        ["mish"] = x => nn.functional.mish(x),
        ["tanh"] = x => x.tanh(),
        ["sigmoid"] = x => x.sigmoid(),
        ["linear"] = x => x.alias(),
    };

    public static string KnownNames => string.Join(", ", functions.Keys);

    public static bool IsKnown(string? name) => name is not null && functions.ContainsKey(name);

    public static Func<Tensor, Tensor> Named(string name) => functions[name];

    // Where no gradients are wanted the result takes the place of x: the largest tensor of a block is not allocated twice.
    private static Tensor Gelu(Tensor x) => is_grad_enabled() ? nn.functional.gelu(x) : nn.functional.gelu(x, inplace: true).alias();

    /// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    private static Tensor TanhGelu(Tensor x) => 0.5 * x * (1.0 + tanh(Math.Sqrt(2.0 / Math.PI) * (x + (0.044715 * x * x * x))));
}
