using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>How fast this machine multiplies matrices at best: what a whole network can come near to, and not pass.</summary>
internal static class Roofline
{
    private const long Rows = 3152; // 16 members × 197 tokens
    private const long Width = 768;
    private const long Inner = 3072;

    /// <summary>The shape of the largest product of a ViT-B/16, by both routes through libtorch.</summary>
    public static IReadOnlyList<Subject> Subjects()
    {
        var x = randn(1, Rows, Width);
        var weight = randn(Inner, Width);
        var picture = x.transpose(1, 2).unsqueeze(2); // [1, in, 1, rows]
        var kernel = weight.view(Inner, Width, 1, 1);
        const double flops = 2.0 * Rows * Width * Inner;
        return
        [
            new("one large product, plain", () => Quietly(() => nn.functional.linear(x, weight)), flops),
            new("one large product, as a 1 x 1 convolution", () => Quietly(() => nn.functional.conv2d(picture, kernel)), flops),
        ];
    }

    private static void Quietly(Func<Tensor> product)
    {
        using var quiet = no_grad();
        product().Dispose();
    }
}
