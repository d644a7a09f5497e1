using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class PredictionsTests
{
    [Fact]
    public void A_wrong_number_of_logits_is_refused_with_both_numbers() =>
        Refused("5 logits given; 2 members × 1 examples × 3 classes need 6.", () => new Predictions(new float[5], 2, 1, 3));

    [Fact]
    public void Sizes_that_overflow_are_refused() =>
        Refused("need", () => new Predictions(new float[5], int.MaxValue / 4, int.MaxValue, int.MaxValue));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_logit_that_is_not_finite_is_refused_with_its_place(float odd) =>
        Refused("member 1, example 0, class 2", () => new Predictions([0, 0, 0, 0, 0, odd], 2, 1, 3));

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void A_label_out_of_range_is_refused_with_its_place(int label) =>
        Refused(
            $"The label of example 1 is {label}; with 3 classes it must be 0 … 2.",
            () => new Predictions(new float[6], 1, 2, 3, [0, label])
        );

    [Fact]
    public void Two_parts_hold_every_example_once_and_the_same_seed_draws_the_same()
    {
        float[] logits = [.. Enumerable.Range(0, 2 * 9 * 2).Select(index => (float)index)];
        var whole = new Predictions(logits, 2, 9, 2, [0, 1, 0, 1, 0, 1, 0, 1, 0]);
        var (first, second) = whole.Divide(4, 7);
        Assert.Equal((4, 5), (first.Examples, second.Examples));
        static IEnumerable<double> Firsts(Predictions part) => Enumerable.Range(0, part.Examples).Select(index => part.Logits(0, index)[0]);
        Assert.Equal(Firsts(whole), Firsts(first).Concat(Firsts(second)).Order());
        Assert.Equal(Firsts(first), Firsts(whole.Divide(4, 7).First));
        Assert.NotEqual(Firsts(first), Firsts(whole.Divide(4, 8).First));
        Assert.All(Enumerable.Range(0, 4), index => Assert.Equal(first.Logits(0, index)[0] / 2 % 2, first.Labels![index]));
        Assert.All(Enumerable.Range(0, 4), index => Assert.Equal(18, first.Logits(1, index)[0] - first.Logits(0, index)[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.Divide(9, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.Take([9]));
    }

    [Fact]
    public void Too_few_labels_or_names_are_refused()
    {
        Refused("1 labels given for 2 examples", () => new Predictions(new float[6], 1, 2, 3, [0]));
        Refused("2 class names given for 3 classes", () => new Predictions(new float[6], 1, 2, 3, null, ["a", "b"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_that_is_no_temperature_is_refused(double temperature) =>
        Refused("above 0", () => new Predictions(new float[3], 1, 1, 3).WithTemperature(temperature));

    [Fact]
    public void Temperatures_need_one_per_member() =>
        Refused("1 temperatures given for 2 members", () => new Predictions(new float[6], 2, 1, 3).WithTemperature([1.0]));

    [Fact]
    public void What_needs_labels_says_so_without() =>
        Assert.Contains(
            "no labels",
            Assert.Throws<InvalidOperationException>(() => EvaluationSummary.From(new Predictions(new float[3], 1, 1, 3))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void The_array_given_may_change_afterwards()
    {
        float[] logits = [1, 2, 3];
        int[] labels = [1];
        var predictions = new Predictions(logits, 1, 1, 3, labels);
        (logits[0], labels[0]) = (9, 2);
        Assert.Equal(1, predictions.Logits(0, 0)[0]);
        Assert.Equal(1, predictions.Labels![0]);
    }

    [Fact]
    public void Parts_keep_their_logits_labels_and_temperatures()
    {
        var predictions = new Predictions([.. Enumerable.Range(0, 12).Select(i => (float)i)], 2, 3, 2, [0, 1, 1]).WithTemperature([2, 4]);
        var part = predictions.Take(1..);
        Assert.Equal([8.0, 9], part.Logits(1, 0).ToArray());
        Assert.Equal([1, 1], part.Labels);
        Assert.Equal([2.0, 4], part.Temperatures);
        Assert.Equal([4.0], part.Member(1).Temperatures);
        Assert.Equal([10.0, 11], part.Member(1).Logits(0, 1).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => part.Logits(2, 0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => part.Take(2..2));
    }

    [Fact]
    public void Values_that_are_no_distribution_are_refused()
    {
        Refused("Example 1", () => new Probabilities([0.5, 0.5, 0.5, 0.4], 2));
        Refused("Example 0", () => new Probabilities([-0.5, 1.5], 2));
        Refused("Example 0", () => new Probabilities([double.NaN, 1], 2));
        Refused("3 values given; 2 are needed", () => new Probabilities([1, 0, 1], 2));
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused_by_every_metric() =>
        Refused("1 labels given for 2 examples", () => Accuracy.Of(new Probabilities([0.5, 0.5, 0.5, 0.5], 2), [0]));

    private static void Refused(string expected, Func<object> action) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
