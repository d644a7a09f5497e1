namespace LoRAEnsembleHub.Evaluation;

/// <summary>Whether one of two systems tends to score higher on the same examples, by the ranks of their differences.</summary>
/// <param name="PositiveRanks">The sum of ranks of examples on which the first scores higher.</param>
/// <param name="NegativeRanks">The sum of ranks of examples on which the second does.</param>
/// <param name="Differing">The number of examples on which they differ; the others are left out.</param>
/// <param name="PValue">Two-sided; 1 where the systems never differ.</param>
/// <param name="IsExact">Whether every assignment of signs was counted; else it is the normal approximation, corrected for ties.</param>
/// <remarks>Wilcoxon 1945. Equal differences share their mean rank; the exact distribution takes them into account.</remarks>
public sealed record SignedRankTest(double PositiveRanks, double NegativeRanks, int Differing, double PValue, bool IsExact)
{
    private const int MostExact = 100; // beyond, the approximation is good to three digits

    /// <summary>Compares two systems.</summary>
    /// <param name="first">[examples]; finite, such as <see cref="ExampleScores.NegativeLogLikelihood"/>.</param>
    /// <param name="second">[examples]; finite.</param>
    /// <exception cref="ArgumentException">Lengths differ, there are no examples, or a score is not finite.</exception>
    public static SignedRankTest Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var differences = PairedDifferences.Of(first, second).Where(difference => difference != 0).OrderBy(Math.Abs).ToArray();
        var doubled = DoubledRanks(differences);
        var all = doubled.Sum(rank => (long)rank);
        var positive = differences.Zip(doubled, (difference, rank) => difference > 0 ? (long)rank : 0).Sum();
        var isExact = differences.Length <= MostExact;
        var p = isExact ? Exact(doubled, Math.Min(positive, all - positive)) : Approximate(doubled, positive, all);
        return new SignedRankTest(positive / 2.0, (all - positive) / 2.0, differences.Length, p, isExact);
    }

    // Twice the ranks, so that the mean rank of ties is a whole number.
    private static int[] DoubledRanks(double[] sorted)
    {
        var ranks = new int[sorted.Length];
        for (var start = 0; start < sorted.Length; )
        {
            var end = start + 1;
            while (end < sorted.Length && Math.Abs(sorted[end]) == Math.Abs(sorted[start]))
            {
                end++;
            }

            ranks.AsSpan(start, end - start).Fill(start + 1 + end);
            start = end;
        }

        return ranks;
    }

    // chances[sum] is the chance that the ranks with a plus sum to it, signs being fair coins.
    private static double Exact(int[] ranks, long smaller)
    {
        var chances = new double[ranks.Sum() + 1];
        (chances[0], var reached) = (1, 0);
        foreach (var rank in ranks)
        {
            reached += rank;
            for (var sum = reached; sum >= 0; sum--)
            {
                chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2;
            }
        }

        return Math.Min(1, 2 * chances.Take((int)smaller + 1).Sum());
    }

    private static double Approximate(int[] ranks, long positive, long all)
    {
        var variance = ranks.Sum(rank => (double)rank * rank) / 4; // of a sum of fair signs, ties included
        return Math.Min(1, 2 * NormalDistribution.Below(-Math.Abs(positive - (all / 2.0)) / Math.Sqrt(variance)));
    }
}
