using System.CommandLine;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>What leaving members out of clear inputs saves, and what it changes.</summary>
internal static class AdaptiveCommand
{
    public static Command Create()
    {
        var limit = SpeedOptions.Number("--limit", 500, "Examples");
        var rounds = SpeedOptions.Number("--rounds", 7, "Timed runs of each; the median counts");
        var command = new Command("adaptive", "Members needed, time, and change of the results with early stopping") { limit, rounds };
        var options = new EnsembleOptions(command);
        command.SetAction(parsed => Run(options.Read(parsed), parsed.GetValue(limit), parsed.GetValue(rounds)));
        return command;
    }

    private static void Run(EnsemblePlace place, int limit, int rounds)
    {
        using var model = PretrainedModels.Load(place.Base);
        using var ensemble = AdapterEnsemble.Load(place.Ensemble, model);
        model.Attach(ensemble.Members);
        var examples = InputPipelines.Load(place.Ensemble).Open(place.Data, "test", ensemble.Labels).Subset(limit, seed: 42);
        var whole = Predictor.Predict(model, examples).Aggregate(Aggregation.MeanProbability);
        var subjects = new List<Subject> { new($"all {ensemble.Members.Count} members", () => Predictor.Predict(model, examples)) };
        Rounds.Say($"{Path.GetFileName(place.Ensemble)}, {limit} examples of {examples.Name}; steps of 1 member.");
        foreach (var tolerance in new double?[] { null, 0.001, 0.01, 0.05 })
        {
            var options = new AdaptiveOptions { Tolerance = tolerance, Step = 1 };
            var name = tolerance is null ? "exact" : FormattableString.Invariant($"tolerance {tolerance}");
            var found = AdaptivePredictor.Predict(model, examples, options);
            var (changed, largest, right) = Compare(whole, found, examples);
            Rounds.Say(
                $"{name}: {found.MembersUsed.Average():0.00} members in the mean; {changed} labels differ; the largest probability by {largest:0.0000} at most; {right} right"
            );
            subjects.Add(new Subject(name, () => AdaptivePredictor.Predict(model, examples, options)));
        }

        Rounds.Print(subjects, rounds);
    }

    private static (int Changed, double Largest, int Right) Compare(
        Probabilities whole,
        AdaptivePredictions found,
        LabeledExamples examples
    )
    {
        var (changed, largest, right) = (0, 0.0, 0);
        Probabilities[] groups = [.. found.Groups.Select(group => group.Aggregate(Aggregation.MeanProbability))];
        for (var example = 0; example < whole.Examples; example++)
        {
            var (group, index) = found.Of(example);
            var own = groups[found.Groups.Index().First(entry => ReferenceEquals(entry.Item, group)).Index];
            changed += own.Label(index) == whole.Label(example) ? 0 : 1;
            right += own.Label(index) == examples.Label(example) ? 1 : 0;
            largest = Math.Max(largest, Math.Abs(own.Confidence(index) - whole.Confidence(example)));
        }

        return (changed, largest, right);
    }
}
