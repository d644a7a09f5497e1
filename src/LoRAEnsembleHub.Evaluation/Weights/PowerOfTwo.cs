namespace LoRAEnsembleHub.Evaluation;

/// <summary>Powers of two that bring a matrix near 1, exactly, so that squares of its numbers neither vanish nor overflow.</summary>
internal static class PowerOfTwo
{
    /// <summary>The power of two at or below the size of the largest number.</summary>
    /// <param name="matrix">Finite.</param>
    /// <returns>2^−1022 … 2^1023; 1 where all numbers are 0.</returns>
    internal static double Below(ReadOnlySpan<double> matrix)
    {
        var largest = 0.0;
        foreach (var value in matrix)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest == 0 ? 1 : Math.ScaleB(1, Math.Max(-1022, Math.ILogB(largest)));
    }

    /// <summary>A copy of the matrix, divided by a power of two.</summary>
    internal static double[] Divided(ReadOnlySpan<double> matrix, double unit)
    {
        var copy = matrix.ToArray();
        Lanes.Divide(copy, unit);
        return copy;
    }
}
