using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>What a finished run states in its manifest.</summary>
internal static class RunMetrics
{
    /// <summary>The ensemble under both aggregations, the mean of its members, and its uncertainty.</summary>
    public static IReadOnlyList<ManifestMetric> Of(Predictions predictions, string dataset, string split)
    {
        var metrics = new List<ManifestMetric>();
        void Add(string aggregation, string name, double value) =>
            metrics.Add(
                new ManifestMetric
                {
                    Dataset = dataset,
                    Split = split,
                    Name = name,
                    Value = Math.Round(value, 8),
                    Aggregation = aggregation,
                }
            );
        var labels = predictions.Labels!;
        void AddScores(string aggregation, IReadOnlyList<Probabilities> parts)
        {
            Add(aggregation, "accuracy", parts.Average(part => Accuracy.Of(part, labels)));
            Add(aggregation, "nll", parts.Average(part => NegativeLogLikelihood.Of(part, labels)));
            Add(aggregation, "brier", parts.Average(part => Brier.Of(part, labels)));
            Add(aggregation, "ece", parts.Average(part => Ece.Of(part, labels)));
        }

        AddScores("mean_probability", [predictions.Aggregate(Aggregation.MeanProbability)]);
        AddScores("mean_logit", [predictions.Aggregate(Aggregation.MeanLogit)]);
        AddScores("mean_of_members", [.. Enumerable.Range(0, predictions.Members).Select(predictions.OfMember)]);
        var uncertainty = Uncertainty.Of(predictions);
        Add("mean_probability", "predictive_entropy", uncertainty.PredictiveEntropy.Average());
        Add("mean_probability", "mutual_information", uncertainty.MutualInformation.Average());
        if (predictions.Members > 1)
        {
            Add("mean_probability", "disagreement", Disagreement.Of(predictions));
        }

        return metrics;
    }

    /// <summary>Data, settings and software; nothing that changes from one run to the next, such as times.</summary>
    public static JsonObject Facts(RunConfig config, Trainer trainer, int examples, JsonObject inputs)
    {
        static string Version(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "";
        var facts = new JsonObject
        {
            ["dataset"] = config.DatasetId,
            ["split"] = config.Split,
            ["examples"] = examples,
            ["steps"] = trainer.TotalSteps,
            ["parameters"] = trainer.ParameterCount,
            ["optimizer"] = JsonSerializer.SerializeToNode(config.Training.Optimizer, TrainingOptions.Json),
            ["schedule"] = JsonSerializer.SerializeToNode(config.Training.Schedule, TrainingOptions.Json),
            ["class_weighting"] = config.ClassWeighting,
            ["settings"] = JsonSerializer.SerializeToNode(config.Training, TrainingOptions.Json),
            ["threads"] = get_num_threads(),
            ["software"] = new JsonObject
            {
                ["LoRAEnsembleHub"] = Version(typeof(Trainer)),
                ["TorchSharp"] = Version(typeof(TorchSharp.torch)),
                ["libtorch"] = TorchSharp.torch.__version__,
            },
        };
        if (config.Training.Method == TrainingMethod.HeadOnly)
        {
            facts["variant"] = MethodWords.HeadOnly;
        }

        foreach (var (name, value) in inputs)
        {
            facts[name] = value?.DeepClone();
        }

        return facts;
    }
}
