using System.Diagnostics;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Compute;

/// <summary>Finds out by a short trial which route is the fastest one on this machine.</summary>
/// <remarks>
/// All take turns, and the shortest of a few times is compared, since a wait for a busy processor only ever lengthens one. For training plain
/// products are the usual ones, for predictions the library's own where the processor has them. Another route must give the plain numbers and win
/// clearly: convolutions were seen to win by half (AVX-512) or by a sixth (AVX2) or not at all, and a near tie must be decided alike by the next process.
/// </remarks>
internal static class RouteTrial
{
    private const long Rows = 192; // about the tokens of one picture
    private const long Rank = 8;
    private const int Rounds = 7;
    private const double ClearWin = 0.92;
    private const double HighestError = 1e-5;

    // Below it a product takes so little time that the route does not matter.
    private const long SmallestWidth = 256;

    private static readonly Lock gate = new();
    private static readonly Dictionary<(long Width, int Threads, bool Predicts), ProductRoute> decided = [];

    /// <summary>The route for training a model of some width; the first call for it takes the time of a dozen products.</summary>
    /// <param name="width">Hidden size of the model.</param>
    public static ProductRoute Fastest(long width) => Fastest(width, predicts: false);

    /// <summary>The route for predictions of a model of some width, which need no gradients; the first call for it takes the time of some dozen products.</summary>
    /// <param name="width">Hidden size of the model.</param>
    public static ProductRoute FastestOfPredictions(long width) => Fastest(width, predicts: true);

    /// <summary>The choice between the shortest times of routes, and their largest errors relative to the largest number.</summary>
    /// <param name="tried">The first one without error is taken unless another one clearly wins; the plain route has none.</param>
    internal static ProductRoute Choose(params IReadOnlyList<(ProductRoute Route, double Seconds, double Error)> tried)
    {
        var right = tried.Where(route => route.Error <= HighestError).ToArray();
        var fastest = right.MinBy(route => route.Seconds);
        return fastest.Seconds < ClearWin * right[0].Seconds ? fastest.Route : right[0].Route;
    }

    private static ProductRoute Fastest(long width, bool predicts)
    {
        if (width < SmallestWidth)
        {
            return ProductRoute.Matrix;
        }

        lock (gate)
        {
            ComputeThreads.Apply();
            var key = (width, get_num_threads(), predicts);
            if (!decided.TryGetValue(key, out var route))
            {
                decided.Add(key, route = Decide(width, predicts));
            }

            return route;
        }
    }

    private static ProductRoute Decide(long width, bool predicts)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        // no random numbers: a caller's seed must not notice the trial
        var x = arange(Rows * width, dtype: ScalarType.Float32).sin().view(1, Rows, width); // [1, rows, in]
        var linear = new FrozenLinear(arange(width * width, dtype: ScalarType.Float32).cos().view(width, width), null); // [out, in]
        // what predictions are made of: an update may be part of the product
        var factors = arange(Rank * width, dtype: ScalarType.Float32).sin();
        var update = predicts ? new LowRank(factors.view(1, Rank, width), factors.view(1, width, Rank)) : null;
        Tensor Product(ProductRoute route) => linear.Forward(x, update, route);

        ProductRoute[] routes =
        [
            .. predicts && BlockedProduct.Fits(x, linear.Weight, null) ? [ProductRoute.Blocked] : Array.Empty<ProductRoute>(),
            ProductRoute.Matrix,
            ProductRoute.Convolution,
        ];
        var products = routes.Select(Product).ToArray(); // not timed: the libraries may prepare themselves
        var plain = products[Array.IndexOf(routes, ProductRoute.Matrix)];
        var largest = plain.abs().max().item<float>();
        var seconds = routes.Select(_ => double.MaxValue).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var index = 0; index < routes.Length; index++)
            {
                var start = Stopwatch.GetTimestamp();
                Product(routes[index]).Dispose();
                seconds[index] = Math.Min(seconds[index], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return Choose([
            .. routes.Select(
                (route, index) => (route, seconds[index], Error: (double)(plain - products[index]).abs().max().item<float>() / largest)
            ),
        ]);
    }
}
