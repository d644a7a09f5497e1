using CsCheck;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class RowTests
{
    private static readonly Gen<double[]> Logits =
        from scale in Gen.OneOf(Gen.Const(0.0), Gen.Const(1.0), Gen.Const(30.0), Gen.Const(2000.0))
        from row in Gen.Double[-1, 1].Array[1, 23]
        select Array.ConvertAll(row, value => value * scale);

    [Fact]
    public void A_softmax_agrees_with_its_definition() =>
        Logits.Sample(logits =>
        {
            var probabilities = new double[logits.Length];
            var scale = Softmax.Apply(logits, probabilities);

            // Smallest first: a plain sum after the leading 1 would round each of up to 22 tiny terms the same way.
            var sum = logits.Select(logit => Math.Exp(logit - logits.Max())).Order().Sum();
            for (var label = 0; label < logits.Length; label++)
            {
                var logarithm = logits[label] - logits.Max() - Math.Log(sum);
                Assert.Equal(Math.Exp(logits[label] - logits.Max()) / sum, probabilities[label], Rounding(1));
                Assert.Equal(logarithm, scale.LogOf(logits[label]), Rounding(1 + Math.Abs(logarithm)));
            }

            Assert.Equal(probabilities.Sum(p => p > 0 ? -p * Math.Log(p) : 0), scale.Entropy, 1e-13);
            Assert.Equal(scale.Entropy, Lanes.Entropy(probabilities), 1e-13);
        });

    [Fact]
    public void Equal_logits_get_equal_probabilities_wherever_they_stand() =>
        Gen.Select(Gen.Double[-800, 0], Gen.Double[-800, 0], Gen.Int[1, 9])
            .Sample(
                (one, other, length) =>
                {
                    double[] logits = [0, .. Enumerable.Repeat(one, length), other, .. Enumerable.Repeat(one, length)];
                    Softmax.Apply(logits, logits);
                    Assert.All(logits.Where((_, at) => at != 0 && at != length + 1), value => Assert.Equal(logits[1], value));
                }
            );

    [Fact]
    public void Row_sums_agree_with_plain_loops() =>
        Gen.Select(Logits, Logits)
            .Sample(
                (first, second) =>
                {
                    var length = Math.Min(first.Length, second.Length);
                    var (x, y) = (first[..length], second[..length]);
                    Assert.Equal(x.Max(), Lanes.Largest(x));
                    Assert.Equal(x.Sum(Square), Lanes.SquareSum(x), Rounding(x.Sum(Square)));
                    var products = x.Zip(y, (a, b) => a * b).ToArray();
                    Assert.Equal(products.Sum(), Lanes.Dot(x, y), Rounding(products.Sum(Math.Abs)));
                    var sums = y.ToArray();
                    Lanes.Add(x, sums);
                    Assert.Equal(x.Zip(y, (a, b) => b + a), sums);
                    Lanes.Divide(sums, 3);
                    Assert.Equal(x.Zip(y, (a, b) => (b + a) / 3), sums);
                }
            );

    [Fact]
    public void The_last_digits_of_a_sure_prediction_survive()
    {
        // ln p of the surer class is −ln(1 + e^−30), far below the spacing of doubles near the logits themselves.
        var probabilities = new double[2];
        var scale = Softmax.Apply([1000, 970], probabilities);
        Assert.Equal(-double.LogP1(Math.Exp(-30)), scale.LogOf(1000), 2e-16);
        Assert.Equal((30 * Math.Exp(-30)) + Math.Exp(-30), scale.Entropy, 2e-16);
    }

    [Fact]
    public void A_compensated_sum_keeps_what_a_plain_one_loses()
    {
        var sum = default(CompensatedSum);
        foreach (var value in (double[])[1e100, 1, -1e100, 1e-3])
        {
            sum.Add(value);
        }

        Assert.Equal(1.001, sum.Value);
        sum.Add(double.PositiveInfinity);
        Assert.Equal(double.PositiveInfinity, sum.Value);
    }

    [Theory]
    [InlineData(0, 0.25 + 0.09 + 0.04, 0)]
    [InlineData(1, 0.25 + 0.49 + 0.04, 1)]
    [InlineData(2, 0.25 + 0.09 + 0.64, 2)]
    public void The_score_of_a_row_is_its_arithmetic(int truth, double brier, int rank)
    {
        double[] row = [0.5, 0.3, 0.2];
        Assert.Equal(brier, RowScore.Brier(row, truth), 1e-15);
        Assert.Equal(rank, RowScore.Rank(row, truth));
        Assert.Equal(0, RowScore.Label(row));
        Assert.Equal(2, RowScore.Rank([0.25, 0.25, 0.25, 0.25], 2));
    }

    /// <summary>What two orders of adding a row's numbers may differ by: a unit in the last place for each of up to 23.</summary>
    /// <param name="size">The sum of the numbers' sizes.</param>
    private static double Rounding(double size) => 23 * (double.BitIncrement(1) - 1) * size;

    private static double Square(double value) => value * value;
}
