using CsCheck;
using LoRAEnsembleHub.Evaluation;
using static LoRAEnsembleHub.Managed.Tests.Evaluation.GoldenMetrics;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class TemperatureTests
{
    [Fact]
    public void At_the_fitted_temperature_the_slope_is_zero() =>
        Gen.Select(RandomPredictions.Any, Gen.Enum<Aggregation>())
            .Sample(
                (predictions, aggregation) =>
                {
                    var fit = TemperatureFit.Of(predictions, aggregation);
                    if (fit.AtLimit || fit.After == fit.Before)
                    {
                        return;
                    }

                    var likelihood = new TemperedLikelihood(predictions, predictions.Labels!, aggregation);
                    var (_, slope, _) = likelihood.At(1 / fit.Temperature);
                    Assert.Equal(0, slope / fit.Temperature, 1e-10); // In nats per unit of ln T.
                },
                iter: 50
            );

    [Fact]
    public void Derivatives_are_those_of_the_likelihood() =>
        Gen.Select(RandomPredictions.Any, Gen.Enum<Aggregation>(), Gen.Double[0.1, 3])
            .Where((predictions, _, _) => Enumerable.Range(0, predictions.Examples).All(e => Math.Abs(predictions.Logits(0, e)[0]) < 20))
            .Sample(
                (predictions, aggregation, inverse) =>
                {
                    var likelihood = new TemperedLikelihood(predictions, predictions.Labels!, aggregation);
                    var (value, slope, curvature) = likelihood.At(inverse);
                    var (below, above) = (likelihood.At(inverse - 1e-5), likelihood.At(inverse + 1e-5));
                    Assert.Equal((above.Value - below.Value) / 2e-5, slope, 1e-5);
                    Assert.Equal((above.Slope - below.Slope) / 2e-5, curvature, 1e-4);
                    var tempered = predictions.WithTemperature(1 / inverse).Aggregate(aggregation);
                    Assert.Equal(NegativeLogLikelihood.Of(tempered, predictions.Labels!), value, 1e-11);
                },
                iter: 50
            );

    [Fact]
    public void Two_classes_have_a_temperature_in_closed_form()
    {
        // Three of four examples right, all with a logit of 1 against 0: σ(1 / T) = 3/4, so T = 1 / ln 3.
        var predictions = new Predictions([1, 0, 1, 0, 1, 0, 1, 0], 1, 4, 2, [0, 0, 0, 1]);
        foreach (var aggregation in Enum.GetValues<Aggregation>())
        {
            var fit = TemperatureFit.Of(predictions, aggregation);
            Assert.Equal(1 / Math.Log(3), fit.Temperature, 1e-14);
            Assert.Equal(Math.Log(4) - (3 / 4.0 * Math.Log(3)), fit.After, 1e-15);
            Assert.False(fit.AtLimit);
        }
    }

    [Fact]
    public void Each_member_gets_its_own_temperature()
    {
        // The second member's logits are three times the first's, so its temperature is too.
        var predictions = new Predictions([1, 0, 1, 0, 1, 0, 3, 0, 3, 0, 3, 0], 2, 3, 2, [0, 0, 1]);
        var fits = TemperatureFit.PerMember(predictions);
        Assert.Equal(1 / Math.Log(2), fits[0].Temperature, 1e-13);
        Assert.Equal(3 / Math.Log(2), fits[1].Temperature, 1e-13);
        Assert.Equal(fits[0].After, fits[1].After, 1e-14);
    }

    [Fact]
    public void Data_that_determine_no_temperature_say_so()
    {
        var allRight = TemperatureFit.Of(new Predictions([1, 0, 0, 2], 1, 2, 2, [0, 1]), Aggregation.MeanLogit);
        Assert.True(allRight.AtLimit);
        Assert.Equal(Math.Exp(-4), allRight.Temperature, 1e-12);
        var allWrong = TemperatureFit.Of(new Predictions([1, 0, 0, 2], 1, 2, 2, [1, 0]), Aggregation.MeanProbability);
        Assert.True(allWrong.AtLimit);
        Assert.Equal(Math.Exp(4), allWrong.Temperature, 1e-10);
        Assert.Equal(
            new TemperatureFit(1, Math.Log(3), Math.Log(3), false),
            TemperatureFit.Of(new Predictions(new float[3], 1, 1, 3, [2]), 0)
        );
    }

    [Fact]
    public void A_grid_finds_nothing_lower()
    {
        foreach (var name in PredictionCases())
        {
            var file = Read(name);
            var predictions = Predictions(file.GetProperty("logits"), file.GetProperty("labels"));
            foreach (var aggregation in Enum.GetValues<Aggregation>())
            {
                var likelihood = new TemperedLikelihood(predictions, predictions.Labels!, aggregation);
                var lowest = Enumerable.Range(-40, 81).Min(step => likelihood.At(Math.Exp(step / 10.0)).Value);
                Assert.True(TemperatureFit.Of(predictions, aggregation).After <= lowest + 1e-12, $"{name}, {aggregation}");
            }
        }
    }
}
