namespace LoRAEnsembleHub.Evaluation;

/// <summary>One distribution with its most probable class, looked up once.</summary>
internal readonly ref struct DistributionRow(ReadOnlySpan<double> values)
{
    /// <summary>[classes].</summary>
    internal ReadOnlySpan<double> Values { get; } = values;

    /// <summary>The most probable class; the lowest of several equal ones.</summary>
    internal int Label { get; } = RowScore.Label(values);

    /// <summary>The probability of that class.</summary>
    internal double Confidence => Values[Label];
}
