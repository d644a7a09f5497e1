using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Models;

public sealed class ActivationTests
{
    private static readonly double[] points = [-12, -3.5, -3, -1, -0.25, 0, 0.25, 0.7, 1, 2.5, 3.5, 7, 12];

    /// <summary>Written from the definitions with scalar arithmetic; erf by its Taylor series and, far out, its limit.</summary>
    private static readonly Dictionary<string, Func<double, double>> definitions = new()
    {
        ["gelu"] = Gelu,
        ["gelu_python"] = Gelu,
        ["gelu_10"] = x => Math.Clamp(Gelu(x), -10, 10),
        ["gelu_new"] = TanhGelu,
        ["gelu_pytorch_tanh"] = TanhGelu,
        ["gelu_fast"] = TanhGelu,
        ["gelu_python_tanh"] = TanhGelu,
        ["gelu_accurate"] = TanhGelu,
        ["quick_gelu"] = x => x / (1 + Math.Exp(-1.702 * x)),
        ["relu"] = x => Math.Max(0, x),
        ["relu2"] = x => Math.Max(0, x) * Math.Max(0, x),
        ["relu6"] = x => Math.Clamp(x, 0, 6),
        ["leaky_relu"] = x => x > 0 ? x : 0.01 * x,
        ["silu"] = x => x / (1 + Math.Exp(-x)),
        ["swish"] = x => x / (1 + Math.Exp(-x)),
        ["selu"] = x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)),
        ["hardswish"] = x => x * Math.Clamp(x + 3, 0, 6) / 6,
        ["laplace"] = x => 0.5 * (1 + Erf((x - 0.707107) / (0.282095 * Math.Sqrt(2)))),
        ["mish"] = x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
        ["tanh"] = Math.Tanh,
        ["sigmoid"] = x => 1 / (1 + Math.Exp(-x)),
        ["linear"] = x => x,
    };

    public static TheoryData<string> Names => [.. definitions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_activation_follows_its_definition(string name)
    {
        using var input = tensor(points);
        using var result = Activation.Named(name)(input);
        foreach (var (index, value) in result.data<double>().ToArray().Index())
        {
            Assert.Equal(definitions[name](points[index]), value, 1e-6 * Math.Max(1, Math.Abs(value)));
        }
    }

    [Fact]
    public void Every_known_name_is_tested() =>
        Assert.Equal(definitions.Keys.Order(StringComparer.Ordinal), Activation.KnownNames.Split(", ").Order(StringComparer.Ordinal));

    private static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    private static double TanhGelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private static double Erf(double x)
    {
        if (Math.Abs(x) > 5)
        {
            return Math.Sign(x);
        }

        var (term, sum) = (x, x);
        for (var n = 1; n < 200; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
