using System.Diagnostics;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Compute;

/// <summary>Finds out by a short trial which route is the faster one on this machine.</summary>
/// <remarks>
/// Both take turns, and the shortest of a few times is compared, since a wait for a busy processor only ever lengthens one. Convolutions
/// must give the plain product's numbers and win clearly: they were seen to win by half (AVX-512) or by a sixth (AVX2) or not at all, and a near
/// tie must be decided alike by the next process.
/// </remarks>
internal static class RouteTrial
{
    private const long Rows = 192; // about the tokens of one picture
    private const int Rounds = 7;
    private const double ClearWin = 0.92;
    private const double HighestError = 1e-5;

    // Below it a product takes so little time that the route does not matter.
    private const long SmallestWidth = 256;

    private static readonly Lock gate = new();
    private static readonly Dictionary<(long Width, int Threads), ProductRoute> decided = [];

    /// <summary>The route for a model of some width; the first call for it takes the time of a dozen products.</summary>
    /// <param name="width">Hidden size of the model.</param>
    public static ProductRoute Fastest(long width)
    {
        if (width < SmallestWidth)
        {
            return ProductRoute.Matrix;
        }

        lock (gate)
        {
            ComputeThreads.Apply();
            var key = (width, get_num_threads());
            if (!decided.TryGetValue(key, out var route))
            {
                decided.Add(key, route = Decide(width));
            }

            return route;
        }
    }

    /// <summary>The choice between two shortest times and the largest error relative to the largest number.</summary>
    internal static ProductRoute Choose(double matrixSeconds, double convolutionSeconds, double error) =>
        convolutionSeconds < ClearWin * matrixSeconds && error <= HighestError ? ProductRoute.Convolution : ProductRoute.Matrix;

    private static ProductRoute Decide(long width)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        // no random numbers: a caller's seed must not notice the trial
        var x = arange(Rows * width, dtype: ScalarType.Float32).sin().view(1, Rows, width); // [1, rows, in]
        var weight = arange(width * width, dtype: ScalarType.Float32).cos().view(width, width); // [out, in]
        var exact = FrozenProduct.Of(x, weight, null, ProductRoute.Matrix); // not timed: the libraries may prepare themselves
        var other = FrozenProduct.Of(x, weight, null, ProductRoute.Convolution);
        var error = (exact - other).abs().max().item<float>() / exact.abs().max().item<float>();
        var (matrix, convolution) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            matrix = Math.Min(matrix, Seconds(x, weight, ProductRoute.Matrix));
            convolution = Math.Min(convolution, Seconds(x, weight, ProductRoute.Convolution));
        }

        return Choose(matrix, convolution, error);
    }

    private static double Seconds(Tensor x, Tensor weight, ProductRoute route)
    {
        var start = Stopwatch.GetTimestamp();
        FrozenProduct.Of(x, weight, null, route).Dispose();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
