using System.Globalization;
using System.Text.RegularExpressions;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>The recipes of the paper, as far as they can be proved without their data.</summary>
public sealed partial class RecipeTests
{
    private static readonly string folder = Path.Combine(Golden.Repository, "recipes");

    public static TheoryData<string> Names { get; } =
    [.. Directory.GetFiles(folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_recipe_is_a_run_whose_settings_are_in_range(string name)
    {
        var run = Read(name).Checked();
        Assert.StartsWith($"runs/{name}", run.Output, StringComparison.Ordinal);
        Assert.Equal(run, RunConfig.Parse(run.ToJson(), name) with { Training = run.Training });
        Assert.Equal(run.Training.ToJson(), RunConfig.Parse(run.ToJson(), name).Training.ToJson());
        Assert.Equal(4, run.Training.Targets.Count);
        var method = run.Training.Method;
        Assert.Contains(method == TrainingMethod.LoraEnsemble ? "lora" : MethodSettings.WordOf(method), name, StringComparison.Ordinal);
        Assert.Equal(OptimizerKind.Adam, run.Training.Optimizer);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_table_tells_of_every_recipe_what_stands_in_it(string name)
    {
        var row = File.ReadLines(Path.Combine(folder, "README.md"))
            .Single(line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal));
        var (run, cells) = (Read(name), row.Split('|').Select(cell => cell.Trim()).ToArray());
        Assert.Equal($"{run.Training.Members}", cells[3]);
        if (cells[4].Length > 0)
        {
            Assert.Equal(FormattableString.Invariant($"{run.Training.Rank}, {run.Training.InitializationGain}"), cells[4]);
            var updates = FormattableString.Invariant($"{UpdatesOf(run):N0} × {run.Training.BatchSize}");
            Assert.Equal(updates, cells[6]);
        }

        if (cells[5].Length > 0)
        {
            Assert.Equal(run.Training.LearningRate, double.Parse(Rate().Match(cells[5]).Value, CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("cifar10", 50_000)]
    [InlineData("cifar100", 50_000)]
    [InlineData("ham10000", 8_012)]
    [InlineData("sst2", 67_349)]
    public void Updates_are_those_of_whole_epochs(string data, int examples)
    {
        foreach (var name in new[] { $"{data}-lora-ensemble", $"{data}-single-lora" })
        {
            var training = Read(name).Training;
            Assert.Equal(training.Steps, training.Epochs * (int)Math.Ceiling((double)examples / training.BatchSize));
        }
    }

    [Theory]
    [InlineData("cifar10")]
    [InlineData("cifar100")]
    [InlineData("ham10000")]
    [InlineData("sst2")]
    [InlineData("esc50")]
    public void A_single_network_differs_from_its_ensemble_in_members_and_where_the_paper_says_in_rate(string data)
    {
        var fold = data == "esc50" ? "-fold1" : "";
        var (ensemble, single) = (Read($"{data}-lora-ensemble{fold}"), Read($"{data}-single-lora{fold}"));
        Assert.Equal(1, single.Training.Members);
        var alike = single.Training with { Members = ensemble.Training.Members };
        alike = data == "sst2" ? alike with { LearningRate = ensemble.Training.LearningRate } : alike;
        Assert.Equal(ensemble.Training.ToJson(), alike.ToJson());
        Assert.Equal(
            (ensemble.Base, ensemble.Data, ensemble.Split, ensemble.TestSplit),
            (single.Base, single.Data, single.Split, single.TestSplit)
        );
    }

    private static RunConfig Read(string name)
    {
        var path = Path.Combine(folder, $"{name}.json");
        return RunConfig.Parse(File.ReadAllText(path), path);
    }

    private static int UpdatesOf(RunConfig run) => run.Training.Steps ?? run.Training.Epochs * 1_600 / run.Training.BatchSize; // ESC-50

    [GeneratedRegex("^[0-9.e-]+")]
    private static partial Regex Rate();
}
