namespace LoRAEnsembleHub.Evaluation;

/// <summary>The left singular vectors of a matrix with their singular values, largest first.</summary>
/// <remarks>
/// Hestenes 1958: columns are turned pair by pair until all are perpendicular (one-sided Jacobi), which finds small values as exactly as
/// large ones. Takes a few seconds for 768 × 768; meant for analysis.
/// </remarks>
public sealed class LeftSingularVectors
{
    private const double Orthogonal = 1e-14; // cosine of two columns that count as perpendicular
    private const int MostSweeps = 60; // eight or so suffice
    private readonly double[][] vectors;

    private LeftSingularVectors(int rows, double[] values, double[][] vectors) => (Rows, Values, this.vectors) = (rows, values, vectors);

    /// <summary>The number of rows of the matrix: the length of each vector.</summary>
    public int Rows { get; }

    /// <summary>[rank]; the singular values above rounding, largest first.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>One singular vector; its sign means nothing.</summary>
    /// <param name="index">0 … the number of <see cref="Values"/> − 1.</param>
    /// <returns>[rows]; of length 1; a view, not a copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such vector.</exception>
    public ReadOnlySpan<double> Vector(int index)
    {
        PredictionsCheck.Index(index, vectors.Length, nameof(index));
        return vectors[index];
    }

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">[rows, columns], row by row, finite; as a linear layer's weight is [out, in].</param>
    /// <param name="rows">The number of rows; 1 or more.</param>
    /// <param name="columns">The number of columns; 1 or more.</param>
    /// <exception cref="ArgumentException">The length does not fit, or a number is not finite.</exception>
    public static LeftSingularVectors Of(ReadOnlySpan<double> matrix, int rows, int columns)
    {
        WeightsCheck.Matrix(matrix, rows, columns, nameof(matrix));
        var unit = PowerOfTwo.Below(matrix);
        var columnRows = new double[columns][]; // [columns][rows]: the rotated vectors lie together
        for (var column = 0; column < columns; column++)
        {
            columnRows[column] = new double[rows];
            for (var row = 0; row < rows; row++)
            {
                columnRows[column][row] = matrix[(row * columns) + column] / unit;
            }
        }

        for (var sweep = 0; sweep < MostSweeps && Sweep(columnRows); sweep++) { }

        var sizes = Array.ConvertAll(columnRows, column => Math.Sqrt(Lanes.SquareSum(column)));
        Array.Sort(sizes, columnRows);
        Array.Reverse(sizes);
        Array.Reverse(columnRows);
        var rank = Array.FindLastIndex(sizes, size => size > sizes[0] * Math.Max(rows, columns) * 2.3e-16) + 1;
        for (var index = 0; index < rank; index++)
        {
            Lanes.Divide(columnRows[index], sizes[index]);
        }

        return new LeftSingularVectors(rows, Array.ConvertAll(sizes[..rank], size => size * unit), columnRows[..rank]);
    }

    // Turns every two columns until they are perpendicular; whether any had to be turned.
    private static bool Sweep(double[][] columns)
    {
        var squares = Array.ConvertAll(columns, column => Lanes.SquareSum(column));
        var negligible = squares.Max() * 1e-40; // Columns this short hold rounding only.
        var turned = false;
        for (var first = 0; first < columns.Length; first++)
        {
            for (var second = first + 1; second < columns.Length; second++)
            {
                var product = Lanes.Dot(columns[first], columns[second]);
                var size = Math.Sqrt(squares[first] * squares[second]);
                if (size <= negligible || Math.Abs(product) <= Orthogonal * size)
                {
                    continue;
                }

                turned = true;
                var slope = (squares[second] - squares[first]) / (2 * product);
                var tangent = Math.CopySign(1 / (Math.Abs(slope) + Math.Sqrt(1 + (slope * slope))), slope);
                var cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
                Lanes.Rotate(columns[first], columns[second], cosine, cosine * tangent);
                squares[first] = Lanes.SquareSum(columns[first]);
                squares[second] = Lanes.SquareSum(columns[second]);
            }
        }

        return turned;
    }
}
