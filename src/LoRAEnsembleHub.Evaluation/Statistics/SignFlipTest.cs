namespace LoRAEnsembleHub.Evaluation;

/// <summary>Whether two systems' mean scores on the same examples differ by more than a random swap of the two would make them.</summary>
/// <param name="MeanDifference">The mean of first − second.</param>
/// <param name="PValue">Two-sided: how often swapping at random gives a mean at least as far from 0.</param>
/// <param name="IsExact">Whether every way to swap was counted; else a random share of them.</param>
/// <remarks>
/// The paired permutation test; Fisher 1935. With drawn swaps the outcome itself counts as one of them, so the p-value is never 0 and never
/// too small (Phipson and Smyth 2010).
/// </remarks>
public sealed record SignFlipTest(double MeanDifference, double PValue, bool IsExact)
{
    private const int MostExact = 20;
    private const double Rounding = 1e-12; // Sums of the same numbers in another order count as equal.

    /// <summary>Compares two systems.</summary>
    /// <param name="first">[examples]; finite.</param>
    /// <param name="second">[examples]; finite.</param>
    /// <param name="draws">How many ways to swap are tried where more than 20 examples differ; 1 or more.</param>
    /// <param name="seed">Any number; the same one tries the same swaps on every machine.</param>
    /// <exception cref="ArgumentException">Lengths differ, there are no examples, a score is not finite, or draws is below 1.</exception>
    public static SignFlipTest Of(IReadOnlyList<double> first, IReadOnlyList<double> second, int draws = 9999, long seed = 0)
    {
        var differences = PairedDifferences.Of(first, second);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var mean = CompensatedSum.Mean(differences);
        var sizes = differences.Where(difference => difference != 0).Select(Math.Abs).ToArray();
        var bound = Math.Abs(mean) * differences.Length * (1 - Rounding);
        return sizes.Length <= MostExact
            ? new SignFlipTest(mean, Exact(sizes, bound), IsExact: true)
            : new SignFlipTest(mean, Drawn(sizes, bound, draws, seed), IsExact: false);
    }

    private static double Exact(double[] sizes, double bound)
    {
        var (ways, far) = (1 << sizes.Length, 0);
        for (var way = 0; way < ways; way++)
        {
            var sum = 0.0;
            for (var at = 0; at < sizes.Length; at++)
            {
                sum += ((way >> at) & 1) == 0 ? sizes[at] : -sizes[at];
            }

            far += Math.Abs(sum) >= bound ? 1 : 0;
        }

        return far / (double)ways;
    }

    private static double Drawn(double[] sizes, double bound, int draws, long seed)
    {
        var far = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            var (stream, bits, sum) = (new SeededDraws(seed, draw), 0UL, 0.0);
            for (var at = 0; at < sizes.Length; at++)
            {
                bits = at % 64 == 0 ? stream.Bits() : bits >> 1;
                sum += (bits & 1) == 0 ? sizes[at] : -sizes[at];
            }

            far += Math.Abs(sum) >= bound ? 1 : 0;
        }

        return (far + 1) / (draws + 1.0);
    }
}
