using System.Text.Json.Nodes;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Training;

/// <summary>The temperatures that a run fits on examples that it did not learn from.</summary>
/// <remarks>Guo et al. 2017 (arXiv 1706.04599), section 4.2. A temperature that the examples do not determine is left at 1.</remarks>
/// <param name="Temperatures">[members].</param>
/// <param name="Value">As the manifest has it: one number, one per member, or null for 1.</param>
/// <param name="Facts">What was fitted on how many examples, for the manifest.</param>
internal sealed record Calibration(IReadOnlyList<double> Temperatures, JsonNode? Value, JsonObject Facts)
{
    private const long DivisionStream = 5;

    /// <summary>Divides training examples into those to learn from and those to fit a temperature on.</summary>
    /// <param name="examples">All of them.</param>
    /// <param name="share">Of them to be held out; in (0, 1).</param>
    /// <param name="seed">The same seed divides alike.</param>
    /// <exception cref="TrainingException">One side would be empty.</exception>
    public static (LabeledExamples Learned, LabeledExamples Held) Divide(LabeledExamples examples, double share, long seed)
    {
        var count = (int)Math.Round(share * examples.Count);
        if (count < 1 || count >= examples.Count)
        {
            throw TrainingException.OfSetting(
                $"calibrate_share is {share}, which of {examples.Count} examples leaves {(count < 1 ? "none to fit a temperature on" : "none to learn from")}."
            );
        }

        var order = new SeededRandom(seed, DivisionStream).NextPermutation(examples.Count);
        int[] held = [.. order[..count].Order()];
        int[] learned = [.. order[count..].Order()];
        return (new ExampleView(examples, learned), new ExampleView(examples, held));
    }

    /// <summary>Fits temperatures.</summary>
    /// <param name="predictions">Of held-out examples, with labels.</param>
    /// <param name="on">Which examples these are, in words.</param>
    /// <param name="scope">One for all members or one each.</param>
    public static Calibration Of(Predictions predictions, string on, TemperatureScope scope)
    {
        IReadOnlyList<TemperatureFit> fits =
            scope == TemperatureScope.Member
                ? TemperatureFit.PerMember(predictions)
                : [TemperatureFit.Of(predictions, Aggregation.MeanProbability)];
        double[] found = [.. fits.Select(fit => fit.AtLimit ? 1 : Math.Round(fit.Temperature, 8))];
        JsonNode? value =
            scope == TemperatureScope.Member ? new JsonArray([.. found.Select(temperature => JsonValue.Create(temperature))])
            : fits[0].AtLimit ? null
            : JsonValue.Create(found[0]);
        return new Calibration(
            scope == TemperatureScope.Member ? found : [.. Enumerable.Repeat(found[0], predictions.Members)],
            value,
            new JsonObject
            {
                ["on"] = on,
                ["examples"] = predictions.Examples,
                ["nll_before"] = Math.Round(fits.Average(fit => fit.Before), 8),
                ["nll_after"] = Math.Round(fits.Average(fit => fit.AtLimit ? fit.Before : fit.After), 8),
                ["undetermined"] = fits.Count(fit => fit.AtLimit),
            }
        );
    }
}
