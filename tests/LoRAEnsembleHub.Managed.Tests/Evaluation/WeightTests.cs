using CsCheck;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class WeightTests
{
    private static readonly Gen<(double[] Up, double[] Down, int Rank, int Out, int In)> Factors =
        from rank in Gen.Int[1, 4]
        from rows in Gen.Int[1, 9]
        from columns in Gen.Int[1, 9]
        from up in Gen.Double[-1, 1].Array[rows * rank]
        from down in Gen.Double[-1, 1].Array[rank * columns]
        select (up, down, rank, rows, columns);

    [Fact]
    public void A_two_by_two_matrix_has_its_singular_values_by_hand()
    {
        // [[3, 0], [4, 5]]: MᵀM = [[25, 20], [20, 25]], so the values are √45 and √5, and u₁ = (1, 3) / √10.
        var svd = LeftSingularVectors.Of([3, 0, 4, 5], 2, 2);
        Assert.Equal(Math.Sqrt(45), svd.Values[0], 1e-14);
        Assert.Equal(Math.Sqrt(5), svd.Values[1], 1e-14);
        Assert.Equal(1 / Math.Sqrt(10), Math.Abs(svd.Vector(0)[0]), 1e-14);
        Assert.Equal(3 / Math.Sqrt(10), Math.Abs(svd.Vector(0)[1]), 1e-14);
    }

    [Fact]
    public void Left_vectors_are_orthonormal_and_rebuild_the_gram_matrix() =>
        (
            from rows in Gen.Int[1, 12]
            from columns in Gen.Int[1, 12]
            from matrix in Gen.Double[-1, 1].Array[rows * columns]
            select (matrix, rows, columns)
        ).Sample(
            (matrix, rows, columns) =>
            {
                var svd = LeftSingularVectors.Of(matrix, rows, columns);
                Assert.True(svd.Values.Count <= Math.Min(rows, columns));
                for (var i = 0; i < svd.Values.Count; i++)
                {
                    for (var j = 0; j <= i; j++)
                    {
                        Assert.Equal(i == j ? 1 : 0, Lanes.Dot(svd.Vector(i), svd.Vector(j)), 1e-10);
                    }
                }

                for (var i = 0; i < rows; i++)
                {
                    for (var j = 0; j < rows; j++)
                    {
                        var gram = Lanes.Dot(matrix.AsSpan(i * columns, columns), matrix.AsSpan(j * columns, columns));
                        var built = Enumerable
                            .Range(0, svd.Values.Count)
                            .Sum(k => svd.Values[k] * svd.Values[k] * svd.Vector(k)[i] * svd.Vector(k)[j]);
                        Assert.Equal(gram, built, 1e-12);
                    }
                }
            }
        );

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-120)]
    [InlineData(1e150)]
    [InlineData(1e300)]
    public void A_matrix_of_tiny_or_huge_numbers_has_the_same_vectors(double scale)
    {
        double[] matrix = [1, 2, 3, 4, 5, 7];
        var plain = LeftSingularVectors.Of(matrix, 2, 3);
        var scaled = LeftSingularVectors.Of(Array.ConvertAll(matrix, value => value * scale), 2, 3);
        Assert.Equal(
            plain.Values.Select(value => value * scale),
            scaled.Values,
            (expected, actual) => Math.Abs(expected - actual) < 1e-13 * expected
        );
        Assert.Equal(1, Math.Abs(Lanes.Dot(plain.Vector(0), scaled.Vector(0))), 1e-13);
        Assert.Equal(1, Math.Abs(Lanes.Dot(plain.Vector(1), scaled.Vector(1))), 1e-13);
    }

    [Fact]
    public void A_large_matrix_is_decomposed_too()
    {
        const int Size = 128;
        var draws = new SeededDraws(1);
        double[] matrix = [.. Enumerable.Range(0, Size * Size).Select(_ => draws.Share() - 0.5)];
        var svd = LeftSingularVectors.Of(matrix, Size, Size);
        Assert.Equal(Size, svd.Values.Count);
        Assert.Equal(Lanes.SquareSum(matrix), svd.Values.Sum(value => value * value), 1e-9);
        Assert.InRange(svd.Values[0], 0.9 * 2 * Math.Sqrt(Size / 12.0), 1.1 * 2 * Math.Sqrt(Size / 12.0)); // Marchenko-Pastur edge
    }

    [Fact]
    public void Factors_give_the_singular_values_and_norm_of_their_product() =>
        Factors.Sample(f =>
        {
            var update = new LowRankUpdate(f.Up, f.Down, f.Rank, 0.5);
            var product = update.AddedTo(new double[f.Out * f.In]);
            var full = LeftSingularVectors.Of(product, f.Out, f.In).Values;
            var small = update.SingularValues();
            for (var index = 0; index < Math.Max(full.Count, small.Count); index++)
            {
                Assert.Equal(full.ElementAtOrDefault(index), small.ElementAtOrDefault(index), 1e-12);
            }

            Assert.Equal(Math.Sqrt(product.Sum(value => value * value)), update.Norm, 1e-7);
        });

    [Fact]
    public void The_cosine_of_factors_is_that_of_their_products() =>
        Factors.Sample(f =>
        {
            var (one, other) = (new LowRankUpdate(f.Up, f.Down, f.Rank), new LowRankUpdate(f.Up.Reverse().ToArray(), f.Down, f.Rank, -2));
            var (x, y) = (one.AddedTo(new double[f.Out * f.In]), other.AddedTo(new double[f.Out * f.In]));
            var sizes = Math.Sqrt(Lanes.SquareSum(x) * Lanes.SquareSum(y));
            if (sizes < 1e-6)
            {
                return; // The angle between vectors this short is rounding.
            }

            Assert.Equal(Lanes.Dot(x, y) / sizes, one.Cosine(other), 1e-6);
            Assert.Equal(1, one.Cosine(one), 1e-9);
            Assert.Equal(-1, one.Cosine(new LowRankUpdate(f.Up, f.Down, f.Rank, -3)), 1e-9);
        });

    [Theory]
    [InlineData(1e-250, 1e200)]
    [InlineData(1e-150, 1e-150)]
    [InlineData(1e140, 1e140)]
    public void Factors_of_tiny_or_huge_numbers_have_the_angles_and_values_of_plain_ones(double up, double down)
    {
        double[] ups = [1, -2, 3, 4, 5, 7];
        double[] downs = [2, 0, 1, -1, 3, 1];
        var plain = new LowRankUpdate(ups, downs, 2);
        var scaled = new LowRankUpdate(Array.ConvertAll(ups, value => value * up), Array.ConvertAll(downs, value => value * down), 2);
        Assert.Equal(1, plain.Norm * up * down / scaled.Norm, 1e-12);
        Assert.Equal(1, plain.Cosine(scaled), 1e-12);
        Assert.Equal(
            plain.SingularValues().Select(value => value * up * down),
            scaled.SingularValues(),
            (expected, actual) => Math.Abs(expected - actual) < 1e-12 * expected
        );
    }

    [Fact]
    public void An_untrained_update_has_no_size_and_no_direction()
    {
        var zero = new LowRankUpdate(new double[6], [1, 2, 3, 4], 2);
        Assert.Equal(0, zero.Norm);
        Assert.Empty(zero.SingularValues());
        Assert.Equal(0, zero.Cosine(zero));
        Assert.Equal((3, 2, 2), (zero.Out, zero.In, zero.Rank));
    }

    [Fact]
    public void A_strong_new_direction_intrudes_and_a_strengthened_old_one_does_not()
    {
        // A diagonal weight has the axes as singular vectors. (1, 1, 1, 1) / 2 has a cosine of 0.5 to each.
        double[] weight = [4, 0, 0, 0, 0, 3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];
        var before = LeftSingularVectors.Of(weight, 4, 4);
        Assert.Empty(IntruderDimension.Of(before, before));
        var stronger = new LowRankUpdate([0, 0, 100, 0], [0, 0, 1, 0], 1);
        Assert.Empty(IntruderDimension.Of(before, LeftSingularVectors.Of(stronger.AddedTo(weight), 4, 4)));

        var strange = new LowRankUpdate([1, 1, 1, 1], [1, -1, 1, -1], 1, 1e6);
        var found = Assert.Single(IntruderDimension.Of(before, LeftSingularVectors.Of(strange.AddedTo(weight), 4, 4), 1, 0.6));
        Assert.Equal(0, found.Index);
        Assert.Equal(4e6, found.SingularValue, 1.0); // The weight itself adds uᵀWv, half a unit here.
        Assert.Equal(0.5, found.LargestCosine, 1e-5);
    }

    [Fact]
    public void Matrices_that_do_not_fit_are_refused()
    {
        Refused("5 numbers given; 2 rows × 3 columns need 6", () => LeftSingularVectors.Of(new double[5], 2, 3));
        Refused("Row 1, column 0 of matrix is NaN", () => LeftSingularVectors.Of([1, 2, double.NaN, 4], 2, 2));
        Refused("5 numbers given; 2 rows × 2 columns need 4", () => new LowRankUpdate(new double[5], new double[4], 2));
        Refused("0 numbers given", () => new LowRankUpdate([], new double[4], 2));
        Refused("The scale must be finite", () => new LowRankUpdate([1], [1], 1, double.NaN));
        var (two, three) = (new LowRankUpdate([1, 1], [1], 1), new LowRankUpdate([1, 1, 1], [1], 1));
        Refused("2 × 1 and 3 × 1", () => two.Cosine(three));
        Refused("3 numbers given", () => two.AddedTo([1, 2, 3]));
        var (tall, low) = (LeftSingularVectors.Of([1, 2], 2, 1), LeftSingularVectors.Of([1, 2, 3], 3, 1));
        Refused("has 2 rows and the tuned one 3", () => IntruderDimension.Of(tall, low));
        Refused("The threshold is a cosine", () => IntruderDimension.Of(tall, tall, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tall.Vector(1).Length);
    }

    private static void Refused(string expected, Func<object> action) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
