namespace LoRAEnsembleHub.Evaluation;

/// <summary>The normal distribution with mean 0 and standard deviation 1.</summary>
internal static class NormalDistribution
{
    private const double SeriesEnd = 2.5; // Beyond, the fraction needs fewer terms and keeps the digits of small tails.
    private const int FractionTerms = 120;

    /// <summary>The chance of a value up to x.</summary>
    internal static double Below(double x) => x > 0 ? 1 - Tail(x) : Tail(-x);

    /// <summary>The value that a share of all values lies below.</summary>
    /// <param name="share">0 … 1; the ends give infinities.</param>
    internal static double Quantile(double share)
    {
        if (share is 0 or 1 or 0.5)
        {
            return share == 0.5 ? 0 : (share - 0.5) * double.PositiveInfinity;
        }

        // Bisection on the smaller tail, down to neighbouring doubles.
        var (tail, low, high) = (Math.Min(share, 1 - share), 0.0, 40.0);
        while ((low + high) / 2 is var middle && middle > low && middle < high)
        {
            (low, high) = Tail(middle) > tail ? (middle, high) : (low, middle);
        }

        return share < 0.5 ? -high : high;
    }

    // The chance of a value above x; x is 0 or more.
    private static double Tail(double x)
    {
        var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (x < SeriesEnd)
        {
            var (sum, term) = (x, x); // x + x³/3 + x⁵/15 + …
            for (var odd = 3; term > sum * 1e-17; odd += 2)
            {
                term *= x * x / odd;
                sum += term;
            }

            return 0.5 - (density * sum);
        }

        var fraction = x; // Laplace: 1 / (x + 1 / (x + 2 / (x + 3 / …)))
        for (var step = FractionTerms; step > 0; step--)
        {
            fraction = x + (step / fraction);
        }

        return density / fraction;
    }
}
