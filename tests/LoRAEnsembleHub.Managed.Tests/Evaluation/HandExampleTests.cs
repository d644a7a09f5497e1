using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

/// <summary>Two members, four examples, three classes; expected values are written as the arithmetic that gives them.</summary>
public sealed class HandExampleTests
{
    private static readonly Predictions Four = new(
        [2, 0, -1, .5f, 1.5f, 0, 0, .2f, .1f, 3, 1, 0, 1, 1.2f, 0, -.5f, 2, 1, 1, -1, 0, 2, 2.5f, 0],
        members: 2,
        examples: 4,
        classes: 3,
        labels: [0, 1, 2, 1]
    );

    private static readonly Probabilities Mean = Four.Aggregate(Aggregation.MeanProbability);

    [Fact]
    public void The_mean_probability_is_the_mean_of_two_softmaxes()
    {
        var first = Math.Exp(2) / (Math.Exp(2) + 1 + Math.Exp(-1));
        var second = Math.Exp(1) / (Math.Exp(1) + Math.Exp(1.2) + 1);
        Assert.Equal((first + second) / 2, Mean.Of(0)[0], 1e-7); // The logit 1.2 is a float.
        Assert.Equal(0.615001, Mean.Of(0)[0], 1e-6);
    }

    [Fact]
    public void The_mean_logit_is_averaged_before_the_softmax()
    {
        var sum = Math.Exp(1.5) + Math.Exp(0.6) + Math.Exp(-0.5);
        Assert.Equal(Math.Exp(1.5) / sum, Four.Aggregate(Aggregation.MeanLogit).Of(0)[0], 1e-7);
        Assert.Equal(0.648548, Math.Exp(1.5) / sum, 1e-6);
    }

    [Fact]
    public void Two_of_four_are_right_and_class_two_is_never_named()
    {
        Assert.Equal([0, 1, 0, 0], Enumerable.Range(0, 4).Select(Mean.Label));
        Assert.Equal(2 / 4.0, Accuracy.Of(Mean, Four.Labels!));
        var macro = MacroScores.Of(Mean, Four.Labels!);
        Assert.Equal(((1 / 3.0) + (1 / 1.0) + 0) / 3, macro.Precision, 1e-12);
        Assert.Equal(((1 / 1.0) + (1 / 2.0) + 0) / 3, macro.Recall, 1e-12);
        Assert.Equal(((2 / 4.0) + (2 / 3.0) + 0) / 3, macro.F1, 1e-12);
    }

    [Fact]
    public void The_proper_scores_follow_from_the_six_decimals_of_the_probabilities()
    {
        var likelihood = -(Math.Log(.615001) + Math.Log(.659102) + Math.Log(.288477) + Math.Log(.353198)) / 4;
        Assert.Equal(likelihood, NegativeLogLikelihood.Of(Mean, Four.Labels!), 2e-6);
        double[] errors =
        [
            Square(.615001 - 1) + Square(.292955) + Square(.092044),
            Square(.143918) + Square(.659102 - 1) + Square(.196980),
            Square(.482925) + Square(.228598) + Square(.288477 - 1),
            Square(.601491) + Square(.353198 - 1) + Square(.045310),
        ];
        Assert.Equal(errors.Average(), Brier.Of(Mean, Four.Labels!), 2e-6);
    }

    [Fact]
    public void Calibration_over_ten_bins_weighs_each_gap_by_its_examples()
    {
        // Confidences .615001 (right), .659102 (right), .601491 (wrong) share (0.6, 0.7]; .482925 (wrong) is alone in (0.4, 0.5].
        var shared = Math.Abs((2 / 3.0) - ((.615001 + .659102 + .601491) / 3));
        Assert.Equal((3 / 4.0 * shared) + (1 / 4.0 * .482925), Ece.Of(Mean, Four.Labels!, 10), 2e-6);
        Assert.Equal(.1281317, Ece.Of(Four.Aggregate(Aggregation.MeanLogit), Four.Labels!, 10), 1e-6);
    }

    [Fact]
    public void The_members_differ_on_three_of_four_examples()
    {
        Assert.Equal([0, 1, 1, 0], Enumerable.Range(0, 4).Select(Four.OfMember(0).Label));
        Assert.Equal([1, 1, 0, 1], Enumerable.Range(0, 4).Select(Four.OfMember(1).Label));
        Assert.Equal(3 / 4.0, Disagreement.Of(Four));
        Assert.Equal(1.2674563, MemberDistance.Legacy(Four, batchSize: 4), 1e-6);
        Assert.Equal(MemberDistance.Of(Four) * 4, MemberDistance.Legacy(Four, batchSize: 1), 1e-12);
    }

    [Fact]
    public void One_example_is_told_whole()
    {
        var example = ExamplePrediction.Of(Four, 0, Aggregation.MeanProbability);
        Assert.Equal([0, 1], example.MemberLabels);
        Assert.Equal([1, 1, 0], example.Votes);
        Assert.Equal(0, example.Label);
        Assert.Equal(.615001, example.Confidence, 1e-6);
        Assert.Equal(.878213, example.PredictiveEntropy, 1e-6);
        Assert.Equal(.761691, example.MeanMemberEntropy, 1e-6);
        Assert.Equal(.116521, example.MutualInformation, 1e-6);
        Assert.Equal([.05234654, .03195507, .00250339], example.Variance.Select(value => Math.Round(value, 8)));
        Assert.Equal(.648548, ExamplePrediction.Of(Four, 0, Aggregation.MeanLogit).Confidence, 1e-6);
    }

    [Fact]
    public void The_mean_of_members_likelihood_is_the_training_loss() =>
        Assert.Equal(.8950549, EvaluationSummary.From(Four).MeanOfMembers.NegativeLogLikelihood, 1e-6);

    [Fact]
    public void A_confidence_on_a_bin_edge_belongs_to_the_bin_below()
    {
        for (var bins = 1; bins <= 20; bins++)
        {
            for (var edge = 1; edge <= bins; edge++)
            {
                var found = ReliabilityBin.Of([edge / (double)bins], [true], bins);
                Assert.Equal(1, found[edge - 1].Count);
            }

            Assert.Equal(0, ReliabilityBin.Of([0.0], [true], bins).Sum(bin => bin.Count));
        }
    }

    [Fact]
    public void A_probability_that_rounds_to_zero_still_has_a_finite_likelihood() =>
        Assert.Equal(
            2000 + 0.0,
            NegativeLogLikelihood.Of(new Predictions([2000, 0], 1, 1, 2, [1]).Aggregate(Aggregation.MeanProbability), [1]),
            1e-9
        );

    [Fact]
    public void Temperature_divides_and_replaces()
    {
        var halved = Four.WithTemperature(7).WithTemperature([2, 2]);
        var expected = new Predictions([1, 0, -.5f], 1, 1, 3).OfMember(0);
        Assert.Equal(expected.Of(0).ToArray(), halved.OfMember(0).Of(0).ToArray());
        Assert.Equal(2, halved.Logits(0, 0)[0]);
    }

    private static double Square(double value) => value * value;
}
