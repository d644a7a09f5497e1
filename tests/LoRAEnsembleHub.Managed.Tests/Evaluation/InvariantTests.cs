using CsCheck;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class InvariantTests
{
    [Fact]
    public void Members_in_another_order_give_the_same_numbers() =>
        RandomPredictions.Any.Sample(predictions =>
        {
            var (one, two) = (predictions, RandomPredictions.Reversed(predictions));
            foreach (var aggregation in Enum.GetValues<Aggregation>())
            {
                // Rounding may turn a near-tie or move a confidence over a bin edge, so the smooth figures are compared.
                var (p, q) = (one.Aggregate(aggregation), two.Aggregate(aggregation));
                Assert.Equal(NegativeLogLikelihood.Of(p, one.Labels!), NegativeLogLikelihood.Of(q, one.Labels!), 1e-9);
                Assert.Equal(Brier.Of(p, one.Labels!), Brier.Of(q, one.Labels!), 1e-12);
            }

            Assert.Equal(Disagreement.Of(one), Disagreement.Of(two));
            Assert.Equal(MemberDistance.Of(one), MemberDistance.Of(two), 1e-9);
            Assert.Equal(Uncertainty.Of(one).MutualInformation.Average(), Uncertainty.Of(two).MutualInformation.Average(), 1e-12);
            Assert.Equal(Uncertainty.Of(one).MeanVariance, Uncertainty.Of(two).MeanVariance, 1e-12);
        });

    [Fact]
    public void One_member_disagrees_with_nobody() =>
        RandomPredictions.OneMember.Sample(predictions =>
        {
            var summary = EvaluationSummary.From(predictions);
            Assert.Equal((0.0, 0.0, 0.0), (summary.MeanMutualInformation, summary.MeanVariance, summary.Disagreement));
            Assert.Equal(0.0, MemberDistance.Of(predictions));
            Assert.Equal(summary.MeanOfMembers, summary.MeanLogit);
            RandomPredictions.Same(summary.MeanOfMembers, summary.MeanProbability);
        });

    [Fact]
    public void Equal_members_together_are_the_member() =>
        Gen.Select(RandomPredictions.Any, Gen.Int[2, 8])
            .Sample(
                (predictions, members) =>
                {
                    var summary = EvaluationSummary.From(RandomPredictions.Repeated(predictions, members));
                    var (one, all) = (summary.Members[0], summary.MeanProbability);
                    Assert.Equal(one.NegativeLogLikelihood, all.NegativeLogLikelihood, 1e-9 * Math.Max(1, one.NegativeLogLikelihood));
                    Assert.Equal(one.Brier, all.Brier, 1e-12);
                    Assert.Equal(one.MeanEntropy, all.MeanEntropy, 1e-12);
                    Assert.Equal(0, summary.MeanMutualInformation, 1e-12);
                    Assert.Equal(0, summary.Disagreement);
                    if (members == 2) // The mean of more than two equal numbers may round, and a confidence cross the edge of a bin.
                    {
                        RandomPredictions.Same(one, all);
                        RandomPredictions.Same(one, summary.MeanLogit);
                    }
                }
            );

    [Fact]
    public void Every_figure_stays_in_its_range() =>
        RandomPredictions.Any.Sample(predictions =>
        {
            var (labels, most) = (predictions.Labels!, Math.Log(predictions.Classes) + 1e-12);
            foreach (var aggregation in Enum.GetValues<Aggregation>())
            {
                var p = predictions.Aggregate(aggregation);
                var shares = new[]
                {
                    Accuracy.Of(p, labels),
                    TopAccuracy.Of(p, labels, 2),
                    Ece.Of(p, labels, 10),
                    Ece.Of(p, labels, 15),
                    AdaptiveEce.Of(p, labels),
                    ClasswiseEce.Of(p, labels),
                    Aurc.Of(p, labels),
                    MacroScores.Of(p, labels).F1,
                };
                Assert.All(shares, share => Assert.InRange(share, 0, 1 + 1e-12));
                Assert.InRange(Brier.Of(p, labels), 0, 2 + 1e-12);
                Assert.True(double.IsFinite(NegativeLogLikelihood.Of(p, labels)) && NegativeLogLikelihood.Of(p, labels) >= -1e-12);
            }

            var uncertainty = Uncertainty.Of(predictions);
            Assert.All(uncertainty.MutualInformation, value => Assert.InRange(value, 0, Math.Log(predictions.Members) + 1e-12));
            Assert.All(uncertainty.PredictiveEntropy, value => Assert.InRange(value, 0, most));
            Assert.All(uncertainty.MeanMemberEntropy, value => Assert.InRange(value, 0, most));
            Assert.InRange(uncertainty.MeanVariance, 0, 0.25);
            Assert.InRange(Disagreement.Of(predictions), 0, 1);
        });

    [Fact]
    public void The_ensemble_is_never_worse_than_the_mean_of_its_members_in_proper_scores() =>
        RandomPredictions.Any.Sample(predictions =>
        {
            var summary = EvaluationSummary.From(predictions);
            Assert.True(summary.MeanProbability.NegativeLogLikelihood <= summary.MeanOfMembers.NegativeLogLikelihood + 1e-9);
            Assert.True(summary.MeanLogit.NegativeLogLikelihood <= summary.MeanOfMembers.NegativeLogLikelihood + 1e-9);
            Assert.True(summary.MeanProbability.Brier <= summary.MeanOfMembers.Brier + 1e-12);
        });

    [Fact]
    public void The_same_number_added_to_all_logits_of_an_example_changes_nothing() =>
        RandomPredictions.Any.Sample(predictions =>
        {
            var moved = new double[predictions.Members * predictions.Examples * predictions.Classes];
            for (var row = 0; row < predictions.Members * predictions.Examples; row++)
            {
                var logits = predictions.Logits(row / predictions.Examples, row % predictions.Examples);
                for (var label = 0; label < predictions.Classes; label++)
                {
                    moved[(row * predictions.Classes) + label] = logits[label] + 1024;
                }
            }

            var other = Predictions.FromDoubles(moved, predictions.Members, predictions.Examples, predictions.Classes, predictions.Labels);
            foreach (var aggregation in Enum.GetValues<Aggregation>())
            {
                var (p, q) = (predictions.Aggregate(aggregation), other.Aggregate(aggregation));
                Assert.Equal(NegativeLogLikelihood.Of(p, predictions.Labels!), NegativeLogLikelihood.Of(q, predictions.Labels!), 1e-9);
            }
        });

    [Fact]
    public void Accuracy_of_one_member_does_not_depend_on_its_temperature() =>
        Gen.Select(RandomPredictions.OneMember, Gen.OneOf(Gen.Const(0.5), Gen.Const(2.0), Gen.Const(4.0)))
            .Sample(
                (predictions, temperature) =>
                {
                    var (cool, warm) = (predictions.OfMember(0), predictions.WithTemperature(temperature).OfMember(0));
                    Assert.All(
                        Enumerable.Range(0, cool.Examples), // Logits closer than the exponential can tell apart count as equal.
                        e => Assert.Equal(predictions.Logits(0, e)[cool.Label(e)], predictions.Logits(0, e)[warm.Label(e)], 1e-12)
                    );
                    Assert.All(
                        Enumerable.Range(0, cool.Examples),
                        e =>
                            Assert.True(
                                temperature < 1 ? warm.Entropy(e) <= cool.Entropy(e) + 1e-9 : warm.Entropy(e) >= cool.Entropy(e) - 1e-9
                            )
                    );
                }
            );

    [Fact]
    public void A_fitted_temperature_never_makes_the_fitted_likelihood_worse() =>
        RandomPredictions.Any.Sample(
            predictions =>
            {
                foreach (var aggregation in Enum.GetValues<Aggregation>())
                {
                    var fit = TemperatureFit.Of(predictions, aggregation);
                    var fitted = predictions.WithTemperature(fit.Temperature).Aggregate(aggregation);
                    Assert.True(fit.After <= fit.Before);
                    Assert.Equal(fit.After, NegativeLogLikelihood.Of(fitted, predictions.Labels!), 1e-9);
                }
            },
            iter: 30
        );
}
