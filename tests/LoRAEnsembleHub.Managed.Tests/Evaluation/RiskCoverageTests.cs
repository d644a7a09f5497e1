using CsCheck;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class RiskCoverageTests
{
    [Fact]
    public void Three_examples_with_one_error_are_told_by_hand()
    {
        var curve = RiskCoverage.Of([0.9, 0.5, 0.7], [true, true, false]);
        Assert.Equal([new(1 / 3.0, 0, 0.9), new(2 / 3.0, 1 / 2.0, 0.7), new(1, 1 / 3.0, 0.5)], curve.Points);
        Assert.Equal((0 + (1 / 2.0) + (1 / 3.0)) / 3, curve.Area, 1e-15);
        Assert.Equal((0 + 0 + (1 / 3.0)) / 3, curve.BestArea, 1e-15);
        Assert.Equal(1 / 6.0, curve.ExcessArea, 1e-15);
        Assert.Equal([0, 0, 0.5, 1 / 3.0], new[] { 0.01, 1 / 3.0, 0.34, 1 }.Select(curve.RiskAt));
    }

    [Fact]
    public void Equal_scores_keep_the_order_of_the_examples()
    {
        Assert.Equal([0, 0.5], RiskCoverage.Of([0.5, 0.5], [true, false]).Points.Select(point => point.Risk));
        Assert.Equal([1, 0.5], RiskCoverage.Of([0.5, 0.5], [false, true]).Points.Select(point => point.Risk));
    }

    [Fact]
    public void Excess_is_zero_with_all_errors_last_and_never_below() =>
        Gen.Select(Gen.Double[0, 1].Array[1, 30], Gen.Int[0, 1000])
            .Sample(
                (scores, bits) =>
                {
                    var right = scores.Select((_, example) => ((bits >> (example % 10)) & 1) == 0).ToArray();
                    var curve = RiskCoverage.Of(scores, right);
                    Assert.InRange(curve.ExcessArea, -1e-15, 1);
                    Assert.Equal(right.Count(value => !value) / (double)right.Length, curve.Points[^1].Risk, 1e-15);
                    var perfect = RiskCoverage.Of([.. right.Select(value => value ? 1.0 : 0)], right);
                    Assert.Equal(0, perfect.ExcessArea, 1e-15);
                }
            );

    [Fact]
    public void Without_errors_or_without_anything_right_the_area_is_known()
    {
        Assert.Equal((0, 0), (RiskCoverage.Of([1, 2], [true, true]).Area, RiskCoverage.Of([1, 2], [true, true]).ExcessArea));
        Assert.Equal((1, 0), (RiskCoverage.Of([1, 2], [false, false]).Area, RiskCoverage.Of([1, 2], [false, false]).ExcessArea));
    }

    [Fact]
    public void Scores_that_cannot_be_ordered_are_refused()
    {
        Refused("confidence has 2 entries and right 1", () => RiskCoverage.Of([1, 2], [true]));
        Refused("Score 1 of confidence is not a number", () => RiskCoverage.Of([1, double.NaN], [true, false]));
        Refused("confidence holds no scores", () => RiskCoverage.Of([], []));
        Refused("above 0 and at most 1", () => RiskCoverage.Of([1], [true]).RiskAt(0));
    }

    private static void Refused(string expected, Func<object> action) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
