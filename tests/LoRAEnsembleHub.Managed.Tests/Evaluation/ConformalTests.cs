using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class ConformalTests
{
    private const int Classes = 6;

    [Theory]
    [InlineData(ConformalScore.LeastAmbiguous, 0.2)]
    [InlineData(ConformalScore.AdaptiveSets, 0.2)]
    [InlineData(ConformalScore.RandomisedSets, 0.2)]
    [InlineData(ConformalScore.LeastAmbiguous, 0.05)]
    [InlineData(ConformalScore.AdaptiveSets, 0.05)]
    [InlineData(ConformalScore.RandomisedSets, 0.05)]
    public void Sets_cover_exchangeable_examples_as_promised(ConformalScore score, double alpha)
    {
        const int Calibration = 99;
        const int Trials = 300;
        var coverage = 0.0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var (p, labels) = Examples(trial, Calibration + 50);
            var sets = ConformalPredictor.Calibrate(Part(p, 0, Calibration), labels[..Calibration], alpha, score, seed: trial);
            coverage += sets.Try(Part(p, Calibration, 50), labels[Calibration..]).Coverage / Trials;
        }

        // With 99 continuous scores the coverage is ⌈100 (1 − alpha)⌉ / 100 exactly. Its standard deviation over one calibration is below
        // 0.041, and of 50 examples below 0.057: of the mean of 300 trials below 0.0041.
        Assert.InRange(coverage, 1 - alpha - 0.0123, 1 - alpha + 0.0123);
    }

    [Fact]
    public void The_random_part_takes_a_drawn_share_of_the_class_itself()
    {
        var p = new Probabilities([0.5, 0.3, 0.2], 3);
        var seeds = Enumerable.Range(0, 400);
        var thresholds = seeds.Select(seed => ConformalPredictor.Calibrate(p, [1], 0.5, ConformalScore.RandomisedSets, seed).Threshold);
        Assert.All(thresholds, threshold => Assert.InRange(threshold, 0.5, 0.8));
        Assert.InRange(thresholds.Average(), 0.64, 0.66); // 0.65 ± 0.3 / √(12 × 400) = 0.0043
    }

    [Fact]
    public void The_same_seed_draws_the_same_sets_in_any_order()
    {
        var (p, labels) = Examples(1, 40);
        var sets = ConformalPredictor.Calibrate(p, labels, 0.3, ConformalScore.RandomisedSets, seed: 5);
        var forwards = Enumerable.Range(0, 40).Select(example => sets.SetOf(p, example)).ToArray();
        var backwards = Enumerable.Range(0, 40).Reverse().Select(example => sets.SetOf(p, example)).Reverse();
        Assert.Equal(forwards, backwards);
        Assert.Equal(sets, ConformalPredictor.Calibrate(p, labels, 0.3, ConformalScore.RandomisedSets, seed: 5));
        Assert.NotEqual(sets, ConformalPredictor.Calibrate(p, labels, 0.3, ConformalScore.RandomisedSets, seed: 6));
    }

    [Fact]
    public void Randomised_sets_are_smaller_than_deterministic_ones()
    {
        var (p, labels) = Examples(2, 2000);
        var (calibration, rest) = (Part(p, 0, 1000), Part(p, 1000, 1000));
        double Size(ConformalScore score) =>
            ConformalPredictor.Calibrate(calibration, labels[..1000], 0.1, score).Try(rest, labels[1000..]).MeanSize;
        Assert.True(Size(ConformalScore.LeastAmbiguous) < Size(ConformalScore.RandomisedSets));
        Assert.True(Size(ConformalScore.RandomisedSets) < Size(ConformalScore.AdaptiveSets));
    }

    [Fact]
    public void Risks_out_of_range_and_unknown_scores_are_refused()
    {
        var p = new Probabilities([0.5, 0.5], 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => ConformalPredictor.Calibrate(p, [0], 0, ConformalScore.AdaptiveSets));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConformalPredictor.Calibrate(p, [0], 0.1, (ConformalScore)9));
    }

    // Labels drawn from the distributions themselves.
    private static (Probabilities Probabilities, int[] Labels) Examples(int seed, int count)
    {
        var chance = new Random(seed);
        var values = new double[count * Classes];
        var labels = new int[count];
        for (var example = 0; example < count; example++)
        {
            var row = values.AsSpan(example * Classes, Classes);
            for (var label = 0; label < Classes; label++)
            {
                row[label] = -Math.Log(1 - chance.NextDouble()) * Math.Exp(3 * chance.NextDouble());
            }

            Lanes.Divide(row, Lanes.Sum(row));
            var left = chance.NextDouble();
            while (labels[example] < Classes - 1 && (left -= row[labels[example]]) > 0)
            {
                labels[example]++;
            }
        }

        return (new Probabilities(values, Classes), labels);
    }

    private static Probabilities Part(Probabilities p, int start, int count) =>
        new([.. Enumerable.Range(start, count).SelectMany(example => p.Of(example).ToArray())], Classes);

    [Theory]
    [InlineData(149, 0.18, 123)]
    [InlineData(99, 0.1, 90)]
    [InlineData(99, 0.11, 89)]
    [InlineData(10, 0.1, 10)]
    public void The_rank_of_the_threshold_is_that_of_exact_numbers(int count, double alpha, int rank)
    {
        // the score of example i is (i + 1) / 1000
        var p = new Probabilities([.. Enumerable.Range(1, count).SelectMany(index => new[] { 1 - (index / 1000.0), index / 1000.0 })], 2);
        var sets = ConformalPredictor.Calibrate(p, new int[count], alpha, ConformalScore.LeastAmbiguous);
        Assert.Equal(rank / 1000.0, sets.Threshold, 9);
    }
}
