namespace LoRAEnsembleHub.Evaluation;

/// <summary>A member's update of one weight, kept as its two factors: scale · up · down.</summary>
/// <remarks>Sizes, angles and singular values are computed from rank × rank products; the full matrix is formed by <see cref="AddedTo"/> only.</remarks>
public sealed class LowRankUpdate
{
    private const double Vanished = 1e-280; // square of what is left of a column that the earlier ones make up; the columns are near 1
    private readonly double[] up; // [out, rank], divided by a power of two
    private readonly double[] down; // [rank, in], divided by a power of two
    private readonly double scale; // with both powers in it

    /// <summary>Copies the factors.</summary>
    /// <param name="up">[out, rank], row by row, finite; PEFT's lora_B.</param>
    /// <param name="down">[rank, in], row by row, finite; PEFT's lora_A.</param>
    /// <param name="rank">1 or more.</param>
    /// <param name="scale">What the product is multiplied by, such as alpha / rank; finite.</param>
    /// <exception cref="ArgumentException">A length is no multiple of the rank, or a number is not finite.</exception>
    public LowRankUpdate(ReadOnlySpan<double> up, ReadOnlySpan<double> down, int rank, double scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        (Rank, Out, In) = (rank, up.Length / rank, down.Length / rank);
        WeightsCheck.Matrix(up, Math.Max(1, Out), rank, nameof(up));
        WeightsCheck.Matrix(down, rank, Math.Max(1, In), nameof(down));
        if (!double.IsFinite(scale))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be finite.");
        }

        var (upUnit, downUnit) = (PowerOfTwo.Below(up), PowerOfTwo.Below(down));
        (this.up, this.down) = (PowerOfTwo.Divided(up, upUnit), PowerOfTwo.Divided(down, downUnit));
        this.scale = scale * (upUnit * downUnit);
    }

    /// <summary>The inner size.</summary>
    public int Rank { get; }

    /// <summary>The number of rows of the product.</summary>
    public int Out { get; }

    /// <summary>The number of columns of the product.</summary>
    public int In { get; }

    /// <summary>The Frobenius norm of the product; 0 or more.</summary>
    public double Norm => Math.Abs(scale) * NormOfProduct;

    private double NormOfProduct => Math.Sqrt(Math.Max(0, Inner(this))); // of up · down alone

    /// <summary>The cosine of the angle between two updates, taken as long vectors.</summary>
    /// <param name="other">An update of a weight of the same shape; the rank may differ.</param>
    /// <returns>−1 … 1; 0 if one of them is 0, as updates are before training.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public double Cosine(LowRankUpdate other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if ((other.Out, other.In) != (Out, In))
        {
            throw new ArgumentException(
                $"The updates are {Out} × {In} and {other.Out} × {other.In}; only equal shapes compare.",
                nameof(other)
            );
        }

        var sizes = NormOfProduct * other.NormOfProduct;
        return sizes > 0 ? Math.Sign(scale) * Math.Sign(other.scale) * Math.Clamp(Inner(other) / sizes, -1, 1) : 0;
    }

    /// <summary>The singular values of the product.</summary>
    /// <returns>[at most the smallest of rank, out and in]; largest first, without those that are 0 but for rounding.</returns>
    public IReadOnlyList<double> SingularValues()
    {
        // up = Q R and downᵀ = P S give scale · Q (R Sᵀ) Pᵀ, so the small middle has the product's singular values.
        var (left, right) = (Triangle(up, Out, Rank), Triangle(Transposed(down, Rank, In), In, Rank)); // [rank, rank] each
        var middle = new double[Rank * Rank];
        for (var row = 0; row < Rank; row++)
        {
            for (var column = 0; column < Rank; column++)
            {
                middle[(row * Rank) + column] = Lanes.Dot(left.AsSpan(row * Rank, Rank), right.AsSpan(column * Rank, Rank));
            }
        }

        return [.. LeftSingularVectors.Of(middle, Rank, Rank).Values.Select(value => Math.Abs(scale) * value).Where(value => value > 0)];
    }

    /// <summary>The weight with this update merged into it.</summary>
    /// <param name="weight">[out, in], row by row.</param>
    /// <returns>[out, in]; a new array.</returns>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public double[] AddedTo(ReadOnlySpan<double> weight)
    {
        WeightsCheck.Matrix(weight, Out, In, nameof(weight));
        var sum = weight.ToArray();
        for (var at = 0; at < Out; at++)
        {
            for (var inner = 0; inner < Rank; inner++)
            {
                Lanes.AddScaled(down.AsSpan(inner * In, In), scale * up[(at * Rank) + inner], sum.AsSpan(at * In, In));
            }
        }

        return sum;
    }

    // ⟨B A, D C⟩ = Σ (Bᵀ D) ∘ (A Cᵀ), without the scales
    private double Inner(LowRankUpdate other)
    {
        var (ups, others) = (Transposed(up, Out, Rank), Transposed(other.up, Out, other.Rank)); // [rank, out] each
        var sum = default(CompensatedSum);
        for (var one = 0; one < Rank; one++)
        {
            for (var two = 0; two < other.Rank; two++)
            {
                sum.Add(
                    Lanes.Dot(ups.AsSpan(one * Out, Out), others.AsSpan(two * Out, Out))
                        * Lanes.Dot(down.AsSpan(one * In, In), other.down.AsSpan(two * In, In))
                );
            }
        }

        return sum.Value;
    }

    private static double[] Transposed(double[] matrix, int rows, int columns)
    {
        var turned = new double[matrix.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                turned[(column * rows) + row] = matrix[(row * columns) + column];
            }
        }

        return turned;
    }

    // The triangle R of a QR decomposition, by modified Gram-Schmidt: its loss of perpendicularity does not touch R's own accuracy.
    private static double[] Triangle(double[] matrix, int rows, int columns)
    {
        var (vectors, triangle) = (Transposed(matrix, rows, columns), new double[columns * columns]); // [columns, rows], [columns, columns]
        for (var column = 0; column < columns; column++)
        {
            var vector = vectors.AsSpan(column * rows, rows);
            var square = Lanes.SquareSum(vector);
            if (square < Vanished)
            {
                vector.Clear();
                continue;
            }

            var size = Math.Sqrt(square);
            triangle[(column * columns) + column] = size;
            Lanes.Divide(vector, size);
            for (var later = column + 1; later < columns; later++)
            {
                var other = vectors.AsSpan(later * rows, rows);
                var along = Lanes.Dot(vector, other);
                triangle[(column * columns) + later] = along;
                Lanes.AddScaled(vector, -along, other);
            }
        }

        return triangle;
    }
}
