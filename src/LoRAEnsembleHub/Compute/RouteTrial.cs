using System.Diagnostics;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Compute;

/// <summary>Finds out by a short trial which route is the fastest one on this machine.</summary>
/// <remarks>
/// All take turns, and the shortest of a few times is compared, since a wait for a busy processor only ever lengthens one. Another route than the
/// plain one must give its numbers and win clearly: convolutions were seen to win by half (AVX-512) or by a sixth (AVX2) or not at all, and a near
/// tie must be decided alike by the next process.
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

    /// <summary>The choice between the shortest times of routes and the largest errors relative to the largest number; the first one is the plain route.</summary>
    internal static ProductRoute Choose(params IReadOnlyList<(ProductRoute Route, double Seconds, double Error)> tried)
    {
        var plain = tried[0];
        var best = plain;
        foreach (var other in tried.Skip(1))
        {
            if (other.Seconds < ClearWin * plain.Seconds && other.Seconds < best.Seconds && other.Error <= HighestError)
            {
                best = other;
            }
        }

        return best.Route;
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

        var routes = new List<ProductRoute> { ProductRoute.Matrix, ProductRoute.Convolution };
        if (predicts && BlockedProduct.Fits(x, linear.Weight, null))
        {
            routes.Add(ProductRoute.Blocked);
        }

        var products = routes.Select(Product).ToArray(); // not timed: the libraries may prepare themselves
        var largest = products[0].abs().max().item<float>();
        var seconds = routes.Select(_ => double.MaxValue).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var index = 0; index < routes.Count; index++)
            {
                var start = Stopwatch.GetTimestamp();
                Product(routes[index]).Dispose();
                seconds[index] = Math.Min(seconds[index], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return Choose([
            .. routes.Select(
                (route, index) =>
                    (route, seconds[index], Error: (double)(products[0] - products[index]).abs().max().item<float>() / largest)
            ),
        ]);
    }
}
