using LoRAEnsembleHub.Compute;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>How fast this machine multiplies matrices at best: what a whole network can come near to, and not pass.</summary>
internal static class Roofline
{
    private const long Width = 768;
    private const long Inner = 3072;

    // two members, as the library takes them together, and sixteen, of 197 tokens each
    private static readonly long[] rows = [394, 3152];

    /// <summary>The shapes of the products of a ViT-B/16, by every route.</summary>
    public static IReadOnlyList<Subject> Subjects() =>
        [
            .. rows.SelectMany(count => new[] { Of(count, Width, Width), Of(count, Width, Inner), Of(count, Inner, Width) })
                .SelectMany(pair => pair),
        ];

    private static Subject[] Of(long count, long inputs, long outputs)
    {
        var x = randn(1, count, inputs);
        var weight = randn(outputs, inputs);
        var picture = x.transpose(1, 2).unsqueeze(2); // [1, in, 1, rows]
        var kernel = weight.view(outputs, inputs, 1, 1);
        var flops = 2.0 * count * inputs * outputs;
        var name = $"{count} x {inputs} x {outputs}";
        Subject[] own = ProductTile.Best is null
            ? []
            : [new($"{name}, the library's own", () => Quietly(() => BlockedProduct.Of(x, weight, null)), flops)];
        return
        [
            .. own,
            new($"{name}, plain", () => Quietly(() => nn.functional.linear(x, weight)), flops),
            new($"{name}, as a 1 x 1 convolution", () => Quietly(() => nn.functional.conv2d(picture, kernel)), flops),
        ];
    }

    private static void Quietly(Func<Tensor> product)
    {
        using var quiet = no_grad();
        product().Dispose();
    }
}
