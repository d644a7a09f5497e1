using System.Globalization;
using System.Text.Json;
using LoRAEnsembleHub.Evaluation;
using static LoRAEnsembleHub.Managed.Tests.Evaluation.GoldenMetrics;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class GoldenMetricsTests
{
    public static TheoryData<string> Cases => [.. PredictionCases()];

    public static TheoryData<string, Aggregation> CasesWithAggregation =>
        [
            .. PredictionCases()
                .SelectMany(name => Enum.GetValues<Aggregation>().Select(mode => new TheoryDataRow<string, Aggregation>(name, mode))),
        ];

    [Theory]
    [MemberData(nameof(CasesWithAggregation))]
    public void Scores_of_the_prediction_agree(string name, Aggregation aggregation)
    {
        var (predictions, expected) = Open(name, aggregation);
        var (p, labels) = (predictions.Aggregate(aggregation), predictions.Labels!);
        var macro = MacroScores.Of(p, labels);
        var actual = new Dictionary<string, double>
        {
            ["accuracy"] = Accuracy.Of(p, labels),
            ["nll"] = NegativeLogLikelihood.Of(p, labels),
            ["brier"] = Brier.Of(p, labels),
            ["ece_10"] = Ece.Of(p, labels, 10),
            ["ece_15"] = Ece.Of(p, labels, 15),
            ["adaptive_ece_15"] = AdaptiveEce.Of(p, labels, 15),
            ["classwise_ece_15"] = ClasswiseEce.Of(p, labels, 15),
            ["macro_f1"] = macro.F1,
            ["macro_precision"] = macro.Precision,
            ["macro_recall"] = macro.Recall,
            ["top_3_accuracy"] = TopAccuracy.Of(p, labels, 3),
            ["aurc"] = Aurc.Of(p, labels),
        };
        foreach (var (metric, value) in actual)
        {
            Close(expected.GetProperty(metric).GetDouble(), value, metric);
        }

        string[] others = ["ece_10_torchmetrics", "ece_15_torchmetrics", "conformal", "temperature"];
        Assert.Empty(expected.EnumerateObject().Select(property => property.Name).Except(actual.Keys).Except(others));
    }

    [Theory]
    [MemberData(nameof(CasesWithAggregation))]
    public void Prediction_sets_agree(string name, Aggregation aggregation)
    {
        var (predictions, expected) = Open(name, aggregation);
        var half = predictions.Examples / 2;
        var (calibration, rest) = (predictions.Take(..half), predictions.Take(half..));
        foreach (var level in expected.GetProperty("conformal").EnumerateObject())
        {
            foreach (var (key, score) in new[] { ("lac", ConformalScore.LeastAmbiguous), ("aps", ConformalScore.AdaptiveSets) })
            {
                var alpha = double.Parse(level.Name, CultureInfo.InvariantCulture);
                var sets = ConformalPredictor.Calibrate(calibration.Aggregate(aggregation), calibration.Labels!, alpha, score);
                var (wanted, what) = (level.Value.GetProperty(key), $"{key} at {level.Name}");
                if (wanted.GetProperty("threshold").ValueKind == JsonValueKind.String)
                {
                    Assert.Equal(double.PositiveInfinity, sets.Threshold);
                }
                else
                {
                    Close(wanted.GetProperty("threshold").GetDouble(), sets.Threshold, what);
                }

                // Where predictions are all but certain, scores differ in their last bits only, and those are the softmax's own rounding:
                // a score that close to the threshold may fall on either side.
                const double Rounding = 4e-16;
                var (fewer, smaller) = sets.At(sets.Threshold - Rounding).Try(rest.Aggregate(aggregation), rest.Labels!);
                var (more, larger) = sets.At(sets.Threshold + Rounding).Try(rest.Aggregate(aggregation), rest.Labels!);
                Assert.InRange(wanted.GetProperty("coverage").GetDouble(), fewer - 1e-9, more + 1e-9);
                Assert.InRange(wanted.GetProperty("mean_size").GetDouble(), smaller - 1e-9, larger + 1e-9);
            }
        }
    }

    [Theory]
    [MemberData(nameof(CasesWithAggregation))]
    public void Fitted_temperatures_agree_where_the_case_has_one(string name, Aggregation aggregation)
    {
        var (predictions, expected) = Open(name, aggregation);
        var half = predictions.Examples / 2;
        var fit = TemperatureFit.Of(predictions.Take(..half), aggregation);
        if (!expected.TryGetProperty("temperature", out var wanted))
        {
            return; // The data do not determine it: the README says when.
        }

        var rest = predictions.Take(half..);
        var after = rest.WithTemperature(fit.Temperature).Aggregate(aggregation);
        Close(wanted.GetProperty("temperature").GetDouble(), fit.Temperature, "temperature", 1e-6);
        Close(wanted.GetProperty("validation_nll").GetDouble(), fit.After, "validation", 1e-6);
        Close(
            wanted.GetProperty("test_nll_before").GetDouble(),
            NegativeLogLikelihood.Of(rest.Aggregate(aggregation), rest.Labels!),
            "before"
        );
        Close(wanted.GetProperty("test_nll_after").GetDouble(), NegativeLogLikelihood.Of(after, rest.Labels!), "after", 1e-6);
        Close(wanted.GetProperty("test_ece_15_after").GetDouble(), Ece.Of(after, rest.Labels!, 15), "ece", 1e-6);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Uncertainties_agree(string name)
    {
        var (predictions, _) = Open(name, Aggregation.MeanProbability);
        var expected = Read(name).GetProperty("expected").GetProperty("uncertainty");
        var actual = Uncertainty.Of(predictions);
        Close(expected.GetProperty("predictive_entropy_mean").GetDouble(), actual.PredictiveEntropy.Average(), "total");
        Close(expected.GetProperty("expected_entropy_mean").GetDouble(), actual.MeanMemberEntropy.Average(), "inner");
        Close(expected.GetProperty("mutual_information_mean").GetDouble(), actual.MutualInformation.Average(), "mutual information");
        Close(expected.GetProperty("variance_mean").GetDouble(), actual.MeanVariance, "variance");
        Close(expected.GetProperty("disagreement").GetDouble(), Disagreement.Of(predictions), "disagreement");
        var first = expected.GetProperty("first_five");
        foreach (
            var (key, values) in new[]
            {
                ("predictive_entropy", actual.PredictiveEntropy),
                ("expected_entropy", actual.MeanMemberEntropy),
                ("mutual_information", actual.MutualInformation),
            }
        )
        {
            Assert.All(first.GetProperty(key).Numbers().Index(), pair => Close(pair.Item, values[pair.Index], $"{key} {pair.Index}"));
        }

        foreach (var (example, row) in first.GetProperty("variance_per_class").EnumerateArray().Index())
        {
            var variance = actual.Variance(example).ToArray();
            Assert.All(row.Numbers().Index(), pair => Close(pair.Item, variance[pair.Index], $"variance {example}"));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Out_of_distribution_scores_agree(string name)
    {
        var (inside, _) = Open(name, Aggregation.MeanProbability);
        var file = Read(name);
        var expected = file.GetProperty("expected").GetProperty("out_of_distribution");
        var actual = OutOfDistribution.Of(inside, Predictions(file.GetProperty("out_of_distribution_logits"), null));
        Same(expected.GetProperty("largest_probability"), actual.LargestProbability, "largest probability");
        Same(expected.GetProperty("predictive_entropy"), actual.PredictiveEntropy, "predictive entropy");
        Same(expected.GetProperty("mutual_information"), actual.MutualInformation, "mutual information");
    }

    [Fact]
    public void Plain_score_arrays_agree() =>
        Assert.All(
            Read("score-arrays").GetProperty("cases").EnumerateArray(),
            score =>
                Same(
                    score,
                    Separation.Of(score.GetProperty("inside").Numbers(), score.GetProperty("outside").Numbers()),
                    score.GetProperty("name").GetString()!
                )
        );

    private static void Same(JsonElement expected, Separation actual, string what)
    {
        Close(expected.GetProperty("auroc").GetDouble(), actual.Auroc, what + ", auroc");
        Close(expected.GetProperty("auprc").GetDouble(), actual.AveragePrecision, what + ", auprc");
        Close(expected.GetProperty("auprc_outside_positive").GetDouble(), actual.AveragePrecisionOutside, what + ", auprc outside");
        Close(expected.GetProperty("fpr95").GetDouble(), actual.FalsePositiveRate95, what + ", fpr95");
    }

    private static (Predictions Predictions, JsonElement Expected) Open(string name, Aggregation aggregation)
    {
        var file = Read(name);
        var key = aggregation == Aggregation.MeanProbability ? "mean_probability" : "mean_logit";
        return (Predictions(file.GetProperty("logits"), file.GetProperty("labels")), file.GetProperty("expected").GetProperty(key));
    }
}
