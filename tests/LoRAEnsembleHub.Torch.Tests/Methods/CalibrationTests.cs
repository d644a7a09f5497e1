using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Torch.Tests.Training;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>Temperatures that a run fits on examples it held out.</summary>
public sealed class CalibrationTests
{
    [Fact]
    public void Held_out_and_learned_examples_divide_the_set_alike_for_a_seed()
    {
        var all = new GlyphExamples();
        var (learned, held) = Calibration.Divide(all, 0.25, 3);
        Assert.Equal((18, 6), (learned.Count, held.Count));
        Assert.Equal(
            Enumerable.Range(0, 24).Select(all.Source).Order(StringComparer.Ordinal),
            Sources(learned).Concat(Sources(held)).Order(StringComparer.Ordinal)
        );
        Assert.Equal(Sources(held), Sources(Calibration.Divide(all, 0.25, 3).Held));
        Assert.NotEqual(Sources(held), Sources(Calibration.Divide(all, 0.25, 4).Held));
        Assert.Throws<TrainingException>(() => Calibration.Divide(all, 0.01, 3));
        Assert.Throws<TrainingException>(() => Calibration.Divide(all, 0.99, 3));
    }

    [Fact]
    public void The_value_is_the_fitted_temperature_or_one_for_each_member()
    {
        // member 0 is four times too sure of itself, member 1 is right three times in four
        float[] logits = [8, 0, 8, 0, 8, 0, 0, 8, 2, 0, 2, 0, 2, 0, 0, 2];
        var predictions = new Predictions(logits, 2, 4, 2, [0, 0, 1, 1]);
        var joint = Calibration.Of(predictions, "some", TemperatureScope.Joint);
        var fit = TemperatureFit.Of(predictions, Aggregation.MeanProbability);
        Assert.Equal(fit.Temperature, (double)joint.Value!, 1e-7);
        Assert.Equal(Enumerable.Repeat((double)joint.Value!, 2), joint.Temperatures);
        var each = Calibration.Of(predictions, "some", TemperatureScope.Member);
        Assert.Equal(each.Temperatures, each.Value!.AsArray().Select(value => (double)value!));
        Assert.Equal(4, each.Temperatures[0] / each.Temperatures[1], 1e-5);
        Assert.Equal(4, (int)each.Facts["examples"]!);
        Assert.True((double)each.Facts["nll_after"]! < (double)each.Facts["nll_before"]!);
    }

    [Fact]
    public void Examples_that_determine_no_temperature_leave_it_at_one_and_say_so()
    {
        var predictions = new Predictions([2f, 0, 0, 2], 1, 2, 2, [0, 1]);
        var calibration = Calibration.Of(predictions, "some", TemperatureScope.Joint);
        Assert.Null(calibration.Value);
        Assert.Equal([1.0], calibration.Temperatures);
        Assert.Equal(1, (int)calibration.Facts["undetermined"]!);
    }

    [Theory]
    [InlineData("""{"calibrate_share": 1}""", "calibrate_share")]
    [InlineData("""{"calibrate_share": 0.5, "calibrate_split": "held"}""", "exclude each other")]
    [InlineData("""{"calibrate_split": "test"}""", "measured on")]
    [InlineData("""{"calibrate_split": "train"}""", "learned from")]
    [InlineData("""{"temperature_scope": "member"}""", "temperature_scope")]
    [InlineData("""{"temperature_scope": "member", "calibrate_share": 0.5, "training": {"method": "mc-dropout"}}""", "mc-dropout")]
    [InlineData("""{"naming": "v4", "training": {"method": "explicit-ensemble"}}""", "naming")]
    public void Settings_that_contradict_each_other_are_refused(string json, string words)
    {
        var config = RunConfig.Parse(json, "run") with { Base = "b", Data = "d", Output = "o" };
        Assert.Contains(words, Assert.Throws<TrainingException>(() => config.Checked()).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Sources(LabeledExamples examples) => Enumerable.Range(0, examples.Count).Select(examples.Source);
}
