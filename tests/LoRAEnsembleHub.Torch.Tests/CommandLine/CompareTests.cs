using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class CompareTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    private string[] Measuring => ["evaluate", "--base", tiny.Base, "--data", tiny.Data];

    [Fact]
    public async Task Every_system_gets_the_figures_that_it_has_alone()
    {
        var other = await OtherAsync("other");
        var systems = (await CompareAsync(tiny.Ensemble, other))["systems"]!.AsArray();
        Assert.Equal(["ensemble", "other"], systems.Select(system => (string)system!["name"]!));
        foreach (var (system, folder) in systems.Zip([tiny.Ensemble, other]))
        {
            var alone = (await Tool.RunAsync([.. Measuring, "--ensemble", folder, "--json"])).Done().Json();
            var scores = alone["summary"]!["mean_probability"]!;
            Assert.Equal((double)scores["nll"]!, (double)system!["scores"]!["nll"]!);
            Assert.Equal((double)alone["details"]!["aurc"]!, (double)system["aurc"]!);
            Assert.Equal(alone["details"]!["intervals"]!.ToJsonString(), system["intervals"]!.ToJsonString());
        }

        Assert.Null(systems[0]!["against_first"]);
        var difference = (double)systems[1]!["scores"]!["nll"]! - (double)systems[0]!["scores"]!["nll"]!;
        Assert.Equal(difference, (double)systems[1]!["against_first"]!["likelihood_difference"]!["estimate"]!, 9);
    }

    [Fact]
    public async Task Two_copies_differ_in_nothing_whatever_stands_between_them()
    {
        var systems = (await CompareAsync(tiny.Ensemble, await OtherAsync("between"), tiny.CopyOfEnsemble("copy")))["systems"]!.AsArray();
        var pair = systems[2]!["against_first"]!;
        Assert.Equal((0, 0), ((int)pair["accuracy"]!["first_only"]!, (int)pair["accuracy"]!["second_only"]!));
        Assert.Equal((0, 1), ((double)pair["likelihood_difference"]!["high"]!, (double)pair["likelihood"]!["p_value"]!));
        Assert.Equal(systems[0]!["scores"]!.ToJsonString(), systems[2]!["scores"]!.ToJsonString());
    }

    [Fact]
    public async Task Reports_have_tables_charts_and_unfamiliar_inputs_in_three_forms()
    {
        var folder = Path.Combine(tiny.Folder, "comparison");
        string[] more = ["--ood", tiny.Data, "--ood-split", "train", "--report", folder];
        var run = (
            await Tool.RunAsync([.. Measuring, "--compare", tiny.Ensemble, tiny.CopyOfEnsemble("ensemble-copy/ensemble"), .. more])
        ).Done();
        Assert.Contains("Systems side by side, with 95 % intervals", run.Output, StringComparison.Ordinal);
        Assert.Contains("ensemble (2)", run.Output, StringComparison.Ordinal);
        var markdown = await ReadAsync(folder, "report.md");
        Assert.Contains("## Against ensemble (1), on the same examples", markdown, StringComparison.Ordinal);
        Assert.Contains("AUROC, mutual information | FPR95", markdown, StringComparison.Ordinal);
        var page = await ReadAsync(folder, "report.html");
        Assert.Equal(4, page.Split("<svg ").Length - 1);
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", page);
        Assert.Equal(2, JsonNode.Parse(await ReadAsync(folder, "report.json"))!["systems"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_does_not_go_together_is_refused_before_anything_is_loaded()
    {
        (await Tool.RunAsync([.. Measuring, "--compare", tiny.Ensemble])).Refused(2, "name two or more");
        string[] two = [.. Measuring, "--compare", tiny.Ensemble, tiny.Ensemble];
        (await Tool.RunAsync([.. two, "--ensemble", tiny.Ensemble])).Refused(2, "exclude each other");
        (await Tool.RunAsync([.. two, "--calibrate-share", "0.5"])).Refused(2, "leave --calibrate-on");
        (await Tool.RunAsync([.. two, "--corrupt", "all"])).Refused(2, "one system under shift at a time");
        (await Tool.RunAsync([.. Measuring, "--compare", tiny.Ensemble, "nowhere"])).Refused(3, "nowhere (--compare)");
    }

    private async Task<JsonNode> CompareAsync(params string[] systems) =>
        (await Tool.RunAsync([.. Measuring, "--compare", .. systems, "--json"])).Done().Json();

    private async Task<string> OtherAsync(string name)
    {
        var folder = Path.Combine(tiny.Folder, name);
        (await Tool.RunAsync([.. tiny.Training, "--output", folder, "--steps", "2", "--seed", "5"])).Done();
        return folder;
    }

    private static Task<string> ReadAsync(string folder, string file) =>
        File.ReadAllTextAsync(Path.Combine(folder, file), TestContext.Current.CancellationToken);
}
