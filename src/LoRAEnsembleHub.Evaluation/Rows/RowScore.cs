namespace LoRAEnsembleHub.Evaluation;

/// <summary>What one distribution is worth for one example.</summary>
internal static class RowScore
{
    /// <summary>The most probable class; the lowest of several equal ones.</summary>
    internal static int Label(ReadOnlySpan<double> distribution) => distribution.IndexOf(Lanes.Largest(distribution));

    /// <summary>Σ (p − truth)²; 0 … 2.</summary>
    internal static double Brier(ReadOnlySpan<double> distribution, int truth)
    {
        var missing = 1 - distribution[truth];
        return (missing * missing) + Lanes.SquareSum(distribution[..truth]) + Lanes.SquareSum(distribution[(truth + 1)..]);
    }

    /// <summary>How many classes rank above the true one; equal ones rank by their number, lowest first.</summary>
    internal static int Rank(ReadOnlySpan<double> distribution, int truth)
    {
        var (before, own) = (0, distribution[truth]);
        for (var label = 0; label < distribution.Length; label++)
        {
            before += distribution[label] > own || (distribution[label] == own && label < truth) ? 1 : 0;
        }

        return before;
    }
}
