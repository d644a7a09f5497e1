using LoRAEnsembleHub.Evaluation;
using static LoRAEnsembleHub.Managed.Tests.Evaluation.GoldenMetrics;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class BootstrapTests
{
    [Theory]
    [InlineData(IntervalMethod.Percentile)]
    [InlineData(IntervalMethod.BiasCorrectedAccelerated)]
    [InlineData(IntervalMethod.Centered)]
    public void Nine_of_ten_intervals_hold_the_true_mean(IntervalMethod method)
    {
        const int Trials = 400;
        var options = new BootstrapOptions
        {
            Level = 0.9,
            Resamples = 300,
            Method = method,
        };
        var held = Enumerable
            .Range(0, Trials)
            .Count(trial =>
            {
                var draws = new SeededDraws(17, trial);
                var values = Enumerable.Range(0, 60).Select(_ => draws.Share()).ToArray();
                var interval = Bootstrap.OfMean(values, options with { Seed = trial });
                return interval.Low <= 0.5 && 0.5 <= interval.High;
            });
        Assert.InRange(held / (double)Trials, 0.9 - 0.05, 0.9 + 0.05); // Standard deviation √(0.09 / 400) = 0.015; 60 examples cost 0.01.
    }

    [Fact]
    public void A_figure_that_resampling_raises_lies_inside_a_centered_interval()
    {
        // the distance of the mean of 20 numbers from 0 when it is 0: every resample is as far away or farther
        double[] values = [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? 1.0 : -1.0)];
        double Size(ReadOnlySpan<int> taken)
        {
            var sum = 0.0;
            foreach (var at in taken)
            {
                sum += values[at];
            }

            return Math.Abs(sum / taken.Length);
        }

        var percentile = Bootstrap.Of(20, Size, new BootstrapOptions { Method = IntervalMethod.Percentile, Level = 0.5 });
        var centered = Bootstrap.Of(20, Size, new BootstrapOptions { Method = IntervalMethod.Centered, Level = 0.5 });
        Assert.True(percentile.Low > percentile.Estimate);
        Assert.InRange(centered.Estimate, centered.Low, centered.High);
        Assert.Equal(percentile.High - percentile.Low, centered.High - centered.Low, 1e-15);
    }

    [Fact]
    public void The_standard_error_of_a_mean_is_that_of_the_textbook()
    {
        double[] values = [.. Enumerable.Range(0, 200).Select(i => Math.Sin(i))];
        var mean = values.Average();
        var textbook = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / 200 / 200);
        var interval = Bootstrap.OfMean(values, new BootstrapOptions { Resamples = 4000 });
        Assert.Equal(mean, interval.Estimate, 1e-15);
        Assert.Equal(1, interval.StandardError / textbook, 0.05); // 1 / √(2 × 4000) = 0.011
        Assert.Equal(1.96 * 2 * textbook, interval.High - interval.Low, 0.1 * textbook * 4);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_another()
    {
        double[] values = [1, 4, 2, 8, 5, 7];
        var one = Bootstrap.OfMean(values, new BootstrapOptions { Seed = 1 });
        Assert.Equal(one, Bootstrap.OfMean(values, new BootstrapOptions { Seed = 1 }));
        Assert.NotEqual(one, Bootstrap.OfMean(values, new BootstrapOptions { Seed = 2 }));
    }

    [Fact]
    public void Any_metric_gets_an_interval_from_scores_taken_again()
    {
        var file = Read("typical");
        var predictions = Predictions(file.GetProperty("logits"), file.GetProperty("labels"));
        var scores = ExampleScores.Of(predictions.Aggregate(Aggregation.MeanProbability), predictions.Labels!);
        var options = new BootstrapOptions { Resamples = 200 };
        var error = Bootstrap.Of(scores.Examples, taken => Ece.Of(scores.Take(taken), 15), options);
        Assert.Equal(Ece.Of(scores, 15), error.Estimate);
        Assert.True(0 <= error.Low && error.Low < error.High && error.High <= 1);
        var likelihood = Bootstrap.Of(scores.Examples, taken => scores.Take(taken).NegativeLogLikelihood.Average(), options);
        var same = Bootstrap.OfMean(scores.NegativeLogLikelihood, options);
        Assert.Equal(same.Low, likelihood.Low, 1e-12);
        Assert.Equal(same.High, likelihood.High, 1e-12);
    }

    [Fact]
    public void A_shift_between_two_systems_is_found_with_certainty()
    {
        double[] first = [.. Enumerable.Range(0, 50).Select(i => Math.Cos(i) + 0.25)];
        double[] second = [.. Enumerable.Range(0, 50).Select(i => Math.Cos(i))];
        var interval = Bootstrap.OfMeanDifference(first, second);
        Assert.Equal(0.25, interval.Low, 1e-12);
        Assert.Equal(0.25, interval.High, 1e-12);
    }

    [Fact]
    public void Groups_left_out_of_many_examples_give_the_skewness_of_all()
    {
        // 1500 examples are left out in 500 groups; the interval of a skewed mean still leans to the right as that of single examples does.
        double[] values = [.. Enumerable.Range(0, 1500).Select(i => Math.Exp(3 * Math.Sin(i)))];
        var options = new BootstrapOptions { Resamples = 1000 };
        var (sum, count) = (values.Sum(), values.Length);
        var leftOut = Array.ConvertAll(values, value => (sum - value) / (count - 1));
        var grouped = Bootstrap.OfMean(values, options);
        var resamples = Enumerable
            .Range(0, 1000)
            .Select(resample =>
            {
                var draws = new SeededDraws(0, resample);
                return Enumerable.Range(0, count).Select(_ => values[draws.Below(count)]).Average();
            })
            .ToArray();
        var single = ConfidenceInterval.From(values.Average(), resamples, leftOut, options);
        Assert.Equal(single.Low, grouped.Low, 0.05 * single.StandardError);
        Assert.Equal(single.High, grouped.High, 0.05 * single.StandardError);
    }

    [Fact]
    public void One_example_or_equal_ones_leave_no_doubt()
    {
        Assert.Equal(new ConfidenceInterval(3, 3, 3, 0.95, 0), Bootstrap.OfMean([3]));
        Assert.Equal(new ConfidenceInterval(3, 3, 3, 0.95, 0), Bootstrap.OfMean([3, 3, 3]));
    }

    [Fact]
    public void What_cannot_be_resampled_is_refused()
    {
        Refused("values holds no scores", () => Bootstrap.OfMean([]));
        Refused("Score 1 of values is Infinity", () => Bootstrap.OfMean([1, double.PositiveInfinity]));
        Refused("first has 2 entries and second 1", () => Bootstrap.OfMeanDifference([1, 2], [1]));
        Refused("The level must be above 0 and below 1", () => Bootstrap.OfMean([1], new BootstrapOptions { Level = 95 }));
        Refused("Resamples", () => Bootstrap.OfMean([1], new BootstrapOptions { Resamples = 0 }));
        Refused("The statistic of resample 0 is not a number", () => Bootstrap.Of(2, _ => double.NaN));
        Refused("first has 1 entries and second 0", () => McNemarTest.Of([true], []));
        Refused("second holds no scores", () => SignedRankTest.Of([1], []));
        Refused("Score 0 of first is not a number", () => SignFlipTest.Of([double.NaN], [1]));
        Refused("draws", () => SignFlipTest.Of([1], [2], draws: 0));
    }

    [Fact]
    public void Drawn_swaps_approach_the_exact_share()
    {
        // 21 examples are drawn for; a 22nd that does not differ changes nothing. By symmetry of the signs the exact p is known: only
        // sums of all 21 with one sign are as far from zero.
        double[] same = [.. Enumerable.Repeat(1.0, 21)];
        var test = SignFlipTest.Of(same, new double[21], draws: 999);
        Assert.False(test.IsExact);
        Assert.Equal(1 / 1000.0, test.PValue);
        double[] mixed = [.. Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? -1.0 : 1)];
        var p = SignFlipTest.Of(mixed, new double[40], draws: 20000, seed: 3).PValue; // 10 of 40 against: 2 P(X ≤ 10) = 0.00222
        Assert.Equal(2 * 0.00111, p, 0.0011);
        Assert.Equal(p, SignFlipTest.Of([.. mixed, 7], [.. new double[40], 7], draws: 20000, seed: 3).PValue);
    }

    private static void Refused(string expected, Func<object> action) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
