namespace LoRAEnsembleHub.Evaluation;

/// <summary>A running sum that carries what rounding took away, so that a billion terms keep all digits but the last.</summary>
/// <remarks>Neumaier 1974. A sum that became infinite stays so.</remarks>
internal struct CompensatedSum
{
    private double sum;
    private double lost;

    /// <summary>The sum so far.</summary>
    internal readonly double Value => double.IsFinite(sum) ? sum + lost : sum;

    internal void Add(double value)
    {
        var next = sum + value;
        lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
        sum = next;
    }

    /// <summary>The mean of one or more numbers.</summary>
    internal static double Mean(IReadOnlyList<double> values)
    {
        var sum = default(CompensatedSum);
        for (var index = 0; index < values.Count; index++)
        {
            sum.Add(values[index]);
        }

        return sum.Value / values.Count;
    }
}
