namespace LoRAEnsembleHub.Evaluation;

/// <summary>One distribution with its most probable class, looked up once.</summary>
internal readonly ref struct DistributionRow
{
    internal DistributionRow(ReadOnlySpan<double> values)
        : this(values, RowScore.Label(values)) { }

    internal DistributionRow(ReadOnlySpan<double> values, int label)
    {
        Values = values;
        Label = label;
    }

    /// <summary>[classes].</summary>
    internal ReadOnlySpan<double> Values { get; }

    /// <summary>The most probable class; the lowest of several equal ones.</summary>
    internal int Label { get; }

    /// <summary>The probability of that class.</summary>
    internal double Confidence => Values[Label];
}
