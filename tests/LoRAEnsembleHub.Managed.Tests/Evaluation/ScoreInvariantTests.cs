using CsCheck;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class ScoreInvariantTests
{
    // Few distinct values, so that ties are common.
    private static readonly Gen<double[]> Scores = Gen.Int[0, 6].Select(value => value / 2.0).Array[1, 20];

    [Fact]
    public void Auroc_is_the_share_of_pairs_in_the_right_order_and_ties_count_half() =>
        Gen.Select(Scores, Scores)
            .Sample(
                (high, low) =>
                {
                    var pairs = high.SelectMany(h =>
                        low.Select(l =>
                            h > l ? 1.0
                            : h == l ? 0.5
                            : 0.0
                        )
                    );
                    Assert.Equal(pairs.Average(), Auroc.Of(high, low), 1e-12);
                    Assert.Equal(1, Auroc.Of(high, low) + Auroc.Of(low, high), 1e-12);
                }
            );

    [Fact]
    public void Only_the_order_of_scores_matters() =>
        Gen.Select(Scores, Scores)
            .Sample(
                (high, low) =>
                    Assert.Equal(
                        Separation.Of(high, low),
                        Separation.Of([.. high.Select(score => Math.Exp(score) - 3)], [.. low.Select(score => Math.Exp(score) - 3)])
                    )
            );

    [Fact]
    public void What_is_wholly_apart_is_told_apart()
    {
        Assert.Equal(new Separation(1, 1, 1, 0), Separation.Of([2, 3], [0, 1, 1.5]));
        Assert.Equal(0, Auroc.Of([0, 1], [2]));
        Assert.Equal(1, FalsePositiveRate.Of([0, 1], [2]));
    }

    [Fact]
    public void A_side_without_scores_or_with_no_number_is_refused()
    {
        Assert.Contains("one or more", Assert.Throws<ArgumentException>(() => Auroc.Of([], [1])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Score 1",
            Assert.Throws<ArgumentException>(() => FalsePositiveRate.Of([1], [1, double.NaN])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Sets_of_a_smaller_risk_contain_those_of_a_larger_one() =>
        RandomPredictions.Any.Sample(predictions =>
        {
            var (p, labels) = (predictions.Aggregate(Aggregation.MeanProbability), predictions.Labels!);
            foreach (var score in Enum.GetValues<ConformalScore>())
            {
                var (strict, loose) = (
                    ConformalPredictor.Calibrate(p, labels, 0.1, score),
                    ConformalPredictor.Calibrate(p, labels, 0.4, score)
                );
                Assert.True(strict.Threshold >= loose.Threshold);
                Assert.All(Enumerable.Range(0, p.Examples), e => Assert.Empty(loose.SetOf(p, e).Except(strict.SetOf(p, e))));
                if (score != ConformalScore.RandomisedSets) // Its sets draw anew.
                {
                    Assert.True(loose.Try(p, labels).Coverage >= 0.6); // On its own calibration examples the promise is exact.
                }
            }
        });
}
