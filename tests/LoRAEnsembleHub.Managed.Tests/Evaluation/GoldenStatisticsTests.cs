using System.Text.Json;
using LoRAEnsembleHub.Evaluation;
using static LoRAEnsembleHub.Managed.Tests.Evaluation.GoldenMetrics;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class GoldenStatisticsTests
{
    private static readonly JsonElement Expected = Golden.Json("statistics", "statistics.json");

    [Fact]
    public void McNemar_agrees_with_fractions() =>
        Assert.All(
            Expected.GetProperty("mcnemar").EnumerateArray(),
            wanted =>
            {
                var (b, c) = (wanted.GetProperty("first_only").GetInt32(), wanted.GetProperty("second_only").GetInt32());
                bool[] first = [.. Enumerable.Repeat(true, b), .. Enumerable.Repeat(false, c), true, false];
                bool[] second = [.. Enumerable.Repeat(false, b), .. Enumerable.Repeat(true, c), true, false];
                var test = McNemarTest.Of(first, second);
                Assert.Equal((b, c), (test.FirstOnly, test.SecondOnly));
                Close(wanted.GetProperty("exact").GetDouble(), test.ExactPValue, $"exact {b} {c}", 1e-12);
                Close(wanted.GetProperty("mid").GetDouble(), test.MidPValue, $"mid {b} {c}", 1e-12);
            }
        );

    [Fact]
    public void Signed_ranks_agree_with_counting_every_sign() =>
        Assert.All(
            Expected.GetProperty("signed_rank").EnumerateArray(),
            wanted =>
            {
                var (differences, name) = (wanted.GetProperty("differences").Numbers(), wanted.GetProperty("name").GetString()!);
                var test = SignedRankTest.Of(differences, new double[differences.Length]);
                Assert.Equal(wanted.GetProperty("positive").GetDouble(), test.PositiveRanks);
                Assert.Equal(wanted.GetProperty("negative").GetDouble(), test.NegativeRanks);
                Close(wanted.GetProperty("p").GetDouble(), test.PValue, name, 1e-12);
                Assert.Equal(name != "large", test.IsExact);
            }
        );

    [Fact]
    public void Darwins_plants_get_the_p_value_of_the_literature()
    {
        var darwin = Expected.GetProperty("signed_rank")[0].GetProperty("differences").Numbers();
        var test = SignedRankTest.Of(darwin, new double[15]);
        Assert.Equal((96, 24, 0.041259765625), (test.PositiveRanks, test.NegativeRanks, test.PValue));
    }

    [Fact]
    public void Sign_flips_agree_with_counting_every_sign() =>
        Assert.All(
            Expected.GetProperty("sign_flip").EnumerateArray(),
            wanted =>
            {
                var (differences, name) = (wanted.GetProperty("differences").Numbers(), wanted.GetProperty("name").GetString()!);
                var test = SignFlipTest.Of(differences, new double[differences.Length]);
                Assert.True(test.IsExact);
                Close(wanted.GetProperty("p").GetDouble(), test.PValue, name, 1e-12);
                Assert.Equal(differences.Average(), test.MeanDifference, 1e-12);
            }
        );

    [Fact]
    public void Intervals_from_given_resamples_agree()
    {
        var bootstrap = Expected.GetProperty("bootstrap");
        var (values, resamples) = (bootstrap.GetProperty("values").Numbers(), bootstrap.GetProperty("resamples").Numbers());
        var leftOut = Array.ConvertAll(values, value => (values.Sum() - value) / (values.Length - 1));
        foreach (var wanted in bootstrap.GetProperty("intervals").EnumerateArray())
        {
            foreach (
                var (key, method) in new[] { ("percentile", IntervalMethod.Percentile), ("bca", IntervalMethod.BiasCorrectedAccelerated) }
            )
            {
                var options = new BootstrapOptions { Level = wanted.GetProperty("level").GetDouble(), Method = method };
                var interval = ConfidenceInterval.From(values.Average(), [.. resamples], leftOut, options);
                var ends = wanted.GetProperty(key).Numbers();
                Close(ends[0], interval.Low, $"{key}, low, {options.Level}", 1e-12);
                Close(ends[1], interval.High, $"{key}, high, {options.Level}", 1e-12);
            }
        }
    }

    [Fact]
    public void The_normal_distribution_keeps_the_digits_of_its_tails() =>
        Assert.All(
            Expected.GetProperty("normal").EnumerateArray(),
            wanted =>
            {
                var (x, below) = (wanted.GetProperty("x").GetDouble(), wanted.GetProperty("below").GetDouble());
                Assert.Equal(1, NormalDistribution.Below(x) / below, 2e-13);
                Assert.Equal(x, NormalDistribution.Quantile(below), x > 2 ? 1e-7 : 1e-12); // Above, 1 − share has lost digits.
            }
        );
}
