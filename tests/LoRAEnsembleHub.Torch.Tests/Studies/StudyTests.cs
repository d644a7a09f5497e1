using System.Text.Json.Nodes;
using System.Xml.Linq;
using LoRAEnsembleHub.Studies;
using LoRAEnsembleHub.Torch.Tests.CommandLine;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Studies;

/// <summary>Studies as a whole: which runs there are, that a stopped one ends alike, and what people get of them.</summary>
public sealed class StudyTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Every_system_runs_with_every_seed_number_of_members_and_rank_that_it_has()
    {
        var config = Study("plan") with { Members = [2, 3], Ranks = [1, 2], Seeds = [5, 6] };
        string[] keys = [.. StudyRun.Plan(config).Select(run => run.Key)];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(2, keys.Count(key => key.StartsWith("single-network-m1-s", StringComparison.Ordinal)));
        Assert.Equal(4, keys.Count(key => key.StartsWith("single-lora-m1-r", StringComparison.Ordinal)));
        Assert.Equal(8, keys.Count(key => key.StartsWith("lora-ensemble-m", StringComparison.Ordinal)));
        Assert.Equal(14, keys.Length);
    }

    [Fact]
    public void Settings_in_common_that_a_method_does_not_have_are_left_out_and_its_own_are_not()
    {
        var common = Study("common");
        var config = common with { Run = common.Run with { Training = common.Run.Training with { InitializationGain = 3 } } };
        var runs = StudyRun.Plan(config);
        Assert.Equal(3, runs.First(run => run.System == "LoRA-Ensemble").Config.Training.InitializationGain);
        Assert.Equal(10, runs.First(run => run.System == "Single network").Config.Training.InitializationGain);
        var wrong = config with
        {
            Systems =
            [
                new StudySystem
                {
                    Name = "wrong",
                    Training = new JsonObject { ["method"] = "explicit-ensemble", ["rank"] = 2 },
                },
            ],
        };
        Assert.Contains("rank", Assert.Throws<TrainingException>(() => StudyRun.Plan(wrong)).Message, StringComparison.Ordinal);
        wrong = wrong with
        {
            Systems =
            [
                new StudySystem
                {
                    Name = "uneven",
                    Training = new JsonObject
                    {
                        ["method"] = "snapshot-ensemble",
                        ["steps"] = 50,
                        ["epochs"] = 12,
                    },
                },
            ],
        };
        Assert.Contains("epochs", Assert.Throws<TrainingException>(() => StudyRun.Plan(wrong)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"output": "x", "systems": []}""", "systems")]
    [InlineData("""{"systems": [{"name": "a"}]}""", "output")]
    [InlineData("""{"output": "x", "systems": [{"name": "a"}, {"name": "A!"}]}""", "names differ")]
    [InlineData("""{"output": "x", "systems": [{"name": "a"}], "seeds": [1, 1]}""", "seeds")]
    [InlineData("""{"output": "x", "systems": [{"name": "a"}], "sedes": [1]}""", "sedes")]
    [InlineData("""{"output": "x", "systems": [{"name": "a", "training": {"rank": 1, "rank": 2}}]}""", "rank")]
    [InlineData("""{"output": "x", "systems": [{"name": "a"}], "run": {"training": {"seed": 3}}}""", "run.training.seed has no effect")]
    [InlineData("""{"output": "x", "systems": [{"name": "a"}], "run": {"training": {"rank": 4}}}""", "ranks lists the ranks")]
    [InlineData("""{"output": "x", "systems": [{"name": "a"}], "run": {"output": "y"}}""", "run.output has no effect")]
    [InlineData("""{"output": "x", "systems": [{"name": "a", "training": {"seed": 3}}]}""", "listed in seeds")]
    [InlineData("""{"output": "x", "systems": [{"name": "a"}], "outside": [{"data": "a/glyphs"}, {"data": "b/glyphs"}]}""", "same name")]
    public void A_study_that_makes_no_sense_is_refused_by_the_field(string json, string word) =>
        Assert.Contains(
            word,
            Assert.Throws<TrainingException>(() => StudyConfig.Parse(json, "study.json")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_study_as_json_reads_as_the_same_study()
    {
        var config = Study("again");
        var again = StudyConfig.Parse(config.ToJson(), "study.json");
        Assert.Equal(config.ToJson(), again.ToJson());
        Assert.Equal(StudyRun.Plan(config).Select(run => run.Config.ToJson()), StudyRun.Plan(again).Select(run => run.Config.ToJson()));
    }

    [Theory]
    [InlineData("quick.json", 22)]
    [InlineData("fashion-mnist.json", 33)]
    public void The_studies_that_come_along_can_be_planned(string name, int runs)
    {
        var path = Path.Combine(Golden.Repository, "studies", name);
        Assert.Equal(runs, StudyRun.Plan(StudyConfig.Parse(File.ReadAllText(path), path)).Count);
    }

    [Fact]
    public async Task A_study_stopped_in_the_middle_ends_with_the_same_figures()
    {
        var whole = await FiguresAsync(Study("entire"));
        var config = Study("halted");
        using (var stop = new CancellationTokenSource())
        {
            var runner = new StudyRunner(config);
            await runner.RunAsync(runner.Runs[0], null, stop.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runner.RunAsync(runner.Runs[1], new StopAt(2, stop), stop.Token));
            Assert.Single(runner.Results);
        }

        Assert.Equal(whole, await FiguresAsync(config));
        Assert.Empty(Directory.GetDirectories(Path.Combine(config.Output, "runs")));
    }

    [Fact]
    public async Task Results_stay_those_of_a_study_whose_folder_is_moved()
    {
        var config = Study("before");
        var runner = new StudyRunner(config);
        await runner.RunAsync(runner.Runs[0], cancellationToken: TestContext.Current.CancellationToken);
        var moved = config with { Output = Path.Combine(scratch.Path, "after") };
        Directory.Move(config.Output, moved.Output);
        Assert.Single(new StudyRunner(moved).Results);
    }

    [Fact]
    public async Task Results_of_other_settings_are_not_taken_for_those_of_this_study()
    {
        var config = Study("others");
        var runner = new StudyRunner(config);
        await runner.RunAsync(runner.Runs[0], cancellationToken: TestContext.Current.CancellationToken);
        var changed = config with { Limit = 2 };
        Assert.Contains(
            "Choose another output",
            Assert.Throws<TrainingException>(() => new StudyRunner(changed)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Figures_are_means_and_sample_deviations_over_seeds()
    {
        Assert.Equal(new StudyFigure(2, 1), StudyFigure.Of([1, 2, 3]));
        Assert.Equal(new StudyFigure(4, null), StudyFigure.Of([4]));
    }

    [Fact]
    public async Task The_command_line_plans_runs_and_reports()
    {
        var config = Study("verb") with
        {
            Outside = [new StudyData { Name = "other", Data = tiny.Data }],
            Corruptions = ["noise:2", "blur:5"],
        };
        var file = Path.Combine(scratch.Path, "study.json");
        await File.WriteAllTextAsync(file, config.ToJson(), TestContext.Current.CancellationToken);
        var plan = (await Tool.RunAsync("study", "--config", file, "--plan", "--json")).Done().Json();
        Assert.All(plan["runs"]!.AsArray(), run => Assert.False((bool)run!["is_done"]!));
        var json = (await Tool.RunAsync("study", "--config", file, "--json")).Done().Json();
        var rows = json["table"]!["rows"]!.AsArray();
        Assert.Equal(3, rows.Count);
        foreach (
            var figure in new[] { "accuracy", "NLL", "AUROC other", "accuracy noise:2", "ECE blur:5", "trained parameters", "training s" }
        )
        {
            Assert.True(double.IsFinite((double)rows[2]!["figures"]![figure]!["mean"]!), figure);
        }

        var report = await File.ReadAllTextAsync(Path.Combine(config.Output, "study.md"), TestContext.Current.CancellationToken);
        Assert.Contains("| LoRA-Ensemble | 2 | 2 | 2 |", report, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(Path.Combine(config.Output, "runs.csv"), TestContext.Current.CancellationToken);
        Assert.Equal(7, lines.Length);
        var again = (await Tool.RunAsync("study", "--config", file)).Done();
        Assert.Contains("done before", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_shows_every_system_and_what_was_varied_and_needs_nothing_from_outside()
    {
        const string Hostile = "<img src=x> & \"co\"";
        var config = Study("page") with
        {
            Systems =
            [
                new StudySystem { Name = "LoRA-Ensemble" },
                new StudySystem
                {
                    Name = Hostile,
                    Training = new JsonObject { ["method"] = "head-only" },
                },
            ],
            Ranks = [1, 2],
            Outside = [new StudyData { Name = "other", Data = tiny.Data }],
            Corruptions = ["noise:1", "noise:3", "blur:5"],
        };
        var file = Path.Combine(scratch.Path, "page.json");
        await File.WriteAllTextAsync(file, config.ToJson(), TestContext.Current.CancellationToken);
        var path = Path.Combine(config.Output, "study.html");
        Assert.Contains(path, (await Tool.RunAsync("study", "--config", file, "--quiet")).Done().Output, StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        (await Tool.RunAsync("study", "--config", file)).Done();
        Assert.Equal(page, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        string[] foreign = ["<img", "<script", "<link", "src=", "href=", "http:", "https:", "url(", "@import", scratch.Path];
        Assert.All(foreign, text => Assert.DoesNotContain(text, page.Replace("&lt;img src=x&gt;", "", StringComparison.Ordinal)));
        var body = XElement.Parse(
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]
        );
        string[] headings = [.. body.Elements("h2").Select(heading => heading.Value)];
        Assert.Contains("Scores against the rank", headings);
        Assert.DoesNotContain("Scores against the number of members", headings); // all have two
        Assert.Contains("Worse and worse examples: noise", headings);
        Assert.DoesNotContain("Worse and worse examples: blur", headings); // one severity makes no curve
        string[] dotted = [.. body.Descendants("svg").First().Elements("text").Where(IsName).Select(text => text.Value)];
        Assert.Equal(["LoRA-Ensemble, rank 1", "LoRA-Ensemble, rank 2", Hostile], dotted);
        var tables = body.Descendants("table").Where(table => table.Descendants("th").Any(head => head.Value == "seeds")).ToArray();
        Assert.Equal(7, tables.Length); // scores, members, unfamiliar inputs, three under shift, cost
        Assert.All(
            tables,
            table =>
                Assert.Equal(
                    ["LoRA-Ensemble", "LoRA-Ensemble", Hostile],
                    table.Descendants("tr").Skip(1).Select(row => row.Element("td")!.Value)
                )
        );
    }

    private static bool IsName(XElement text) => text.Attribute("class")?.Value == "name";

    private StudyConfig Study(string name) =>
        new()
        {
            Name = name,
            Output = Path.Combine(scratch.Path, name),
            Run = new RunConfig
            {
                Base = tiny.Base,
                Data = tiny.Data,
                Training = new TrainingOptions
                {
                    Steps = 4,
                    WarmupSteps = 0,
                    BatchSize = 4,
                    LearningRate = 0.01,
                    CheckpointSteps = 1,
                },
            },
            Systems =
            [
                new StudySystem
                {
                    Name = "Single network",
                    Training = new JsonObject { ["method"] = "explicit-ensemble", ["members"] = 1 },
                },
                new StudySystem
                {
                    Name = "Single LoRA",
                    Training = new JsonObject { ["method"] = "single-lora" },
                },
                new StudySystem { Name = "LoRA-Ensemble" },
            ],
            Seeds = [0, 1],
            Members = [2],
            Ranks = [2],
        };

    private static async Task<string> FiguresAsync(StudyConfig config)
    {
        var runner = new StudyRunner(config);
        foreach (var run in runner.Runs)
        {
            await runner.RunAsync(run, cancellationToken: TestContext.Current.CancellationToken);
        }

        return string.Join(
            '\n',
            StudyTable
                .Of(runner.Results)
                .Rows.SelectMany(row =>
                    row.Figures.Where(figure => !StudyFigures.Measured.Contains(figure.Key))
                        .Select(figure => $"{row.System} {figure.Key} {figure.Value.Mean:R} {figure.Value.Deviation:R}")
                )
        );
    }

    /// <summary>Cancels when so many updates were reported.</summary>
    private sealed class StopAt(int updates, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == updates)
            {
                stop.Cancel();
            }
        }
    }
}
