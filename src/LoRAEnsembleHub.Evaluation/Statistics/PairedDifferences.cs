namespace LoRAEnsembleHub.Evaluation;

/// <summary>What two systems' scores on the same examples differ by.</summary>
internal static class PairedDifferences
{
    internal static double[] Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        MetricInput.CheckFinite(first, nameof(first));
        MetricInput.CheckFinite(second, nameof(second));
        MetricInput.SameLength(first, second);
        return [.. first.Zip(second, (one, other) => one - other)];
    }
}
