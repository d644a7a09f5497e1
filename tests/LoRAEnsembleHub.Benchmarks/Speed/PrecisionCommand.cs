using System.CommandLine;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>What bfloat16 changes: the probabilities of an ensemble, and the losses of a training on a base in it.</summary>
internal static class PrecisionCommand
{
    public static Command Create()
    {
        var limit = SpeedOptions.Number("--limit", 100, "Examples that are predicted");
        var steps = SpeedOptions.Number("--steps", 60, "Updates of the training");
        var command = new Command("precision", "Change of probabilities and of the loss curve with bfloat16") { limit, steps };
        var options = new EnsembleOptions(command);
        command.SetAction(parsed =>
        {
            var place = options.Read(parsed);
            Probabilities(place, parsed.GetValue(limit));
            Losses(place, parsed.GetValue(steps));
        });
        return command;
    }

    private static void Probabilities(EnsemblePlace place, int limit)
    {
        var examples = InputPipelines.Load(place.Ensemble).Open(place.Data, "test").Subset(limit, seed: 42);
        Probabilities Of(ScalarType dtype)
        {
            using var model = PretrainedModels.Load(place.Base, new ModelOptions { Dtype = dtype });
            using var ensemble = AdapterEnsemble.Load(place.Ensemble, model);
            model.Attach(ensemble.Members);
            return Predictor.Predict(model, examples).Aggregate(Aggregation.MeanProbability);
        }

        var (exact, rounded) = (Of(ScalarType.Float32), Of(ScalarType.BFloat16));
        var changes = Enumerable
            .Range(0, exact.Examples)
            .SelectMany(example => exact.Of(example).ToArray().Zip(rounded.Of(example).ToArray(), (one, two) => Math.Abs(one - two)))
            .ToArray();
        var moved = Enumerable.Range(0, exact.Examples).Count(example => exact.Label(example) != rounded.Label(example));
        Rounds.Say($"{Path.GetFileName(place.Ensemble)}, {limit} examples, bfloat16 against float32:");
        Rounds.Say($"  a probability changes by {changes.Average():g2} in the mean and {changes.Max():g2} at most; {moved} labels change.");
    }

    private static void Losses(EnsemblePlace place, int steps)
    {
        var examples = InputPipelines.Load(place.Ensemble).Open(place.Data, "train");
        var settings = new TrainingOptions
        {
            Members = 2,
            Steps = steps,
            WarmupSteps = steps / 6,
            BatchSize = 8,
            LearningRate = 1e-3,
        };
        double[] Curve(BaseDtype dtype)
        {
            var type = dtype == BaseDtype.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;
            using var model = PretrainedModels.Load(place.Base, new ModelOptions { Dtype = type });
            using var trainer = new Trainer(model, settings with { BaseDtype = dtype }, examples);
            return [.. Enumerable.Range(0, steps).Select(_ => trainer.Update().Loss)];
        }

        var (exact, rounded) = (Curve(BaseDtype.F32), Curve(BaseDtype.Bf16));
        Rounds.Say($"Loss of 2 members of rank 8 on {examples.Name}, batches of 8, mean of ten updates:");
        Rounds.Say($"{"updates", 10}{"float32", 12}{"bfloat16 base", 15}{"difference", 12}");
        foreach (var (part, (one, two)) in exact.Chunk(10).Zip(rounded.Chunk(10)).Index())
        {
            var (first, second) = (one.Average(), two.Average());
            Rounds.Say($"{(10 * part) + one.Length, 10}{first, 12:0.0000}{second, 15:0.0000}{second - first, 12:0.0000}");
        }
    }
}
