using CsCheck;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class MemberCountTests
{
    [Fact]
    public void The_first_point_is_the_first_member_and_the_last_is_the_ensemble() =>
        Gen.Select(RandomPredictions.Any, Gen.Enum<Aggregation>())
            .Sample(
                (predictions, aggregation) =>
                {
                    var curve = MemberCountCurve.OfFirst(predictions, aggregation);
                    Assert.Equal(Enumerable.Range(1, predictions.Members), curve.Select(point => point.Members));
                    Is(predictions.Member(0).Aggregate(aggregation), predictions, curve[0]);
                    Is(predictions.Aggregate(aggregation), predictions, curve[^1]);
                    Is(predictions.Aggregate(aggregation), predictions, MemberCountCurve.OfSubsets(predictions, aggregation)[^1]);
                }
            );

    [Fact]
    public void Averages_over_all_choices_do_not_depend_on_the_order_of_members() =>
        RandomPredictions.Any.Sample(predictions =>
        {
            var one = MemberCountCurve.OfSubsets(predictions, Aggregation.MeanLogit);
            var other = MemberCountCurve.OfSubsets(RandomPredictions.Reversed(predictions), Aggregation.MeanLogit);
            Assert.All(one.Zip(other), pair => Assert.Equal(pair.First.NegativeLogLikelihood, pair.Second.NegativeLogLikelihood, 1e-9));
            Assert.Equal(predictions.Members, one[0].Subsets);
        });

    [Fact]
    public void More_members_never_raise_the_mean_likelihood_of_all_choices() =>
        RandomPredictions.Any.Sample(predictions =>
        {
            foreach (var aggregation in Enum.GetValues<Aggregation>())
            {
                var curve = MemberCountCurve.OfSubsets(predictions, aggregation);
                Assert.All(
                    curve.Zip(curve.Skip(1)),
                    pair => Assert.True(pair.Second.NegativeLogLikelihood <= pair.First.NegativeLogLikelihood + 1e-9)
                );
            }
        });

    [Fact]
    public void A_point_of_one_member_averages_the_members()
    {
        // Member 0 is right on both examples, member 1 on none, member 2 on one.
        var predictions = new Predictions([1, 0, 1, 0, 0, 1, 0, 1, 2, 0, 0, 2], 3, 2, 2, [0, 0]);
        var point = MemberCountCurve.OfSubsets(predictions, Aggregation.MeanProbability)[0];
        Assert.Equal((1, 3, (1 + 0 + 0.5) / 3), (point.Members, point.Subsets, point.Accuracy));
        Assert.Equal(Math.Sqrt((0.25 + 0.25 + 0) / 3), point.AccuracyDeviation, 1e-15);
        var logs = new[] { 1.0, -1, 0 }.Select((_, m) => NegativeLogLikelihood.Of(predictions.OfMember(m), [0, 0])).ToArray();
        Assert.Equal(logs.Average(), point.NegativeLogLikelihood, 1e-15);
    }

    [Fact]
    public void Choices_are_all_or_so_many_different_ones_and_the_seed_decides()
    {
        Assert.Equal(["0,1", "0,2", "1,2"], MemberSubsets.Of(3, 2, 3, 0).Select(subset => string.Join(',', subset)));
        var drawn = MemberSubsets.Of(16, 8, 50, 1).Select(subset => string.Join(',', subset)).ToArray();
        Assert.Equal(50, drawn.Distinct().Count());
        Assert.All(MemberSubsets.Of(16, 8, 50, 1), subset => Assert.Equal(subset.Distinct().Order(), subset));
        Assert.Equal(drawn, MemberSubsets.Of(16, 8, 50, 1).Select(subset => string.Join(',', subset)));
        Assert.NotEqual(drawn, MemberSubsets.Of(16, 8, 50, 2).Select(subset => string.Join(',', subset)));
        var uses = new int[16];
        foreach (var member in MemberSubsets.Of(16, 8, 2000, 3).SelectMany(subset => subset))
        {
            uses[member]++;
        }

        Assert.All(uses, count => Assert.InRange(count, 900, 1100)); // 1000 ± √500 = 22
    }

    [Fact]
    public void A_vanishing_probability_still_has_a_finite_likelihood()
    {
        var predictions = new Predictions([2000, 0, 3000, 0], 2, 1, 2, [1]);
        Assert.Equal(2000, MemberCountCurve.OfFirst(predictions, Aggregation.MeanProbability)[0].NegativeLogLikelihood, 1e-9);
        Assert.Equal(2000 + Math.Log(2), MemberCountCurve.OfFirst(predictions, Aggregation.MeanProbability)[1].NegativeLogLikelihood, 1e-9);
    }

    [Fact]
    public void What_has_no_labels_or_no_such_aggregation_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => MemberCountCurve.OfFirst(new Predictions(new float[3], 1, 1, 3), 0));
        var predictions = new Predictions(new float[3], 1, 1, 3, [0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => MemberCountCurve.OfFirst(predictions, (Aggregation)7));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemberCountCurve.OfSubsets(predictions, Aggregation.MeanLogit, most: 0));
    }

    private static void Is(Probabilities p, Predictions predictions, MemberCountPoint point)
    {
        Assert.Equal(Accuracy.Of(p, predictions.Labels!), point.Accuracy);
        Assert.Equal(NegativeLogLikelihood.Of(p, predictions.Labels!), point.NegativeLogLikelihood);
        Assert.Equal((1, 0.0, 0.0), (point.Subsets, point.AccuracyDeviation, point.NegativeLogLikelihoodDeviation));
    }
}
