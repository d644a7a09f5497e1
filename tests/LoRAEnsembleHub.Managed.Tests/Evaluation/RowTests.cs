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
            var sum = logits.Sum(logit => Math.Exp(logit - logits.Max()));
            for (var label = 0; label < logits.Length; label++)
            {
                Assert.Equal(Math.Exp(logits[label] - logits.Max()) / sum, probabilities[label], 1e-15);
                Assert.Equal(logits[label] - logits.Max() - Math.Log(sum), scale.LogOf(logits[label]), 1e-14);
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
                    Assert.Equal(x.Sum(value => value * value), Lanes.SquareSum(x), 1e-8);
                    Assert.Equal(x.Zip(y, (a, b) => a * b).Sum(), Lanes.Dot(x, y), 1e-8);
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
}
