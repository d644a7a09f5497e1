namespace LoRAEnsembleHub.Evaluation;

/// <summary>What matrices must fulfil where they enter.</summary>
internal static class WeightsCheck
{
    internal static void Matrix(ReadOnlySpan<double> matrix, int rows, int columns, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (matrix.Length != (long)rows * columns)
        {
            throw new ArgumentException(
                $"{matrix.Length} numbers given; {rows} rows × {columns} columns need {(long)rows * columns}.",
                name
            );
        }

        var odd = Lanes.FirstOdd(matrix);
        if (odd >= 0)
        {
            throw new ArgumentException(
                $"Row {odd / columns}, column {odd % columns} of {name} is {matrix[odd]}; every weight must be finite.",
                name
            );
        }
    }
}
