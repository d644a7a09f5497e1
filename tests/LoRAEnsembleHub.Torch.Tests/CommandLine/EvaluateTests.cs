using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class EvaluateTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    private string[] Ours => ["evaluate", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--data", tiny.Data];

    [Fact]
    public async Task Figures_are_those_that_training_wrote_into_the_manifest()
    {
        var json = (await Tool.RunAsync([.. Ours, "--json"])).Done().Json();
        var manifest = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(tiny.Ensemble, "lora_ensemble.json"), TestContext.Current.CancellationToken)
        )!;
        foreach (var metric in manifest["metrics"]!.AsArray().Where(metric => (string?)metric!["name"] is "accuracy" or "nll" or "brier"))
        {
            var measured = (double)json["summary"]![(string)metric!["aggregation"]!]![(string)metric["name"]!]!;
            Assert.Equal((double)metric["value"]!, measured, 4);
        }

        Assert.Equal(2, json["summary"]!["members"]!.AsArray().Count);
    }

    [Fact]
    public async Task Unfamiliar_inputs_are_set_against_familiar_ones()
    {
        var strange = Path.Combine(tiny.Folder, "strange");
        TinyBase.WritePng(Path.Combine(strange, "whatever", "a.png"), 128);
        TinyBase.WritePng(Path.Combine(strange, "whatever", "b.png"), 100);
        var json = (await Tool.RunAsync([.. Ours, "--ood", strange, "--json"])).Done().Json();
        Assert.Equal(2, (int)json["outside"]!["examples"]!);
        Assert.InRange((double)json["outside"]!["separation"]!["mutual_information"]!["auroc"]!, 0, 1);
        Assert.InRange((double)json["outside"]!["separation"]!["largest_probability"]!["auroc"]!, 0, 1);
    }

    [Fact]
    public async Task Reports_come_in_three_forms_and_need_nothing_beside_them()
    {
        var folder = Path.Combine(tiny.Folder, "report");
        var run = (
            await Tool.RunAsync([
                .. Ours,
                "--ood",
                tiny.Data,
                "--ood-split",
                "train",
                "--calibrate-share",
                "0.5",
                "--report",
                folder,
                "--quiet",
            ])
        ).Done();
        Assert.All(run.Output.TrimEnd().Split('\n'), path => Assert.True(File.Exists(path), path));
        var json = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "report.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal(6, (int)json["summary"]!["examples"]!);
        var markdown = await File.ReadAllTextAsync(Path.Combine(folder, "report.md"), TestContext.Current.CancellationToken);
        Assert.Contains("| Ensemble, mean probability |", markdown, StringComparison.Ordinal);
        Assert.Contains("| mutual information |", markdown, StringComparison.Ordinal);
        Assert.Contains("* adaptive ECE: ", markdown, StringComparison.Ordinal);
        Assert.Contains("## Conformal sets that may miss 10.0 %", markdown, StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("src=\"data:image/png;base64,", page, StringComparison.Ordinal);
        Assert.Contains("How sure these figures are", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", page);
    }

    [Fact]
    public async Task Data_of_other_classes_are_refused_by_name()
    {
        var strange = Path.Combine(tiny.Folder, "other-classes");
        TinyBase.WritePng(Path.Combine(strange, "test", "purple", "a.png"), 128);
        var run = await Tool.RunAsync("evaluate", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--data", strange);
        run.Refused(1, "purple", "dark, light");
    }

    [Fact]
    public async Task A_split_that_is_not_there_is_refused_with_those_that_are() =>
        (await Tool.RunAsync([.. Ours, "--split", "validation"])).Refused(3, "validation", "test, train");

    [Fact]
    public async Task Figures_come_with_intervals_and_what_is_gained_by_answering_only_when_sure()
    {
        var details = (await Tool.RunAsync([.. Ours, "--json"])).Done().Json()["details"]!;
        Assert.Equal(["accuracy", "nll", "brier", "ece_15"], details["intervals"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.All(
            details["intervals"]!.AsArray(),
            one => Assert.True((double)one!["interval"]!["low"]! <= (double)one["interval"]!["high"]!)
        );
        Assert.InRange((double)details["aurc"]!, (double)details["excess_aurc"]!, 1);
        Assert.InRange((double)details["against_best_member"]!["p_value"]!, 0, 1);
    }

    [Theory]
    [InlineData("--calibrate-on", "train", 8, 6)]
    [InlineData("--calibrate-share", "0.5", 3, 3)]
    public async Task A_temperature_and_sets_are_fitted_on_examples_that_are_not_measured(string option, string value, int held, int rest)
    {
        var json = (await Tool.RunAsync([.. Ours, option, value, "--alpha", "0.3", "--json"])).Done().Json()["calibration"]!;
        Assert.Equal((held, rest), ((int)json["fitted_examples"]!, (int)json["tested_examples"]!));
        Assert.InRange((double)json["temperature"]!, Math.Exp(-4), Math.Exp(4));
        Assert.Equal((double)json["before"]!["accuracy"]!, (double)json["after"]!["accuracy"]!);
        Assert.Equal(3, json["sets"]!.AsArray().Count);
        Assert.All(json["sets"]!.AsArray(), set => Assert.InRange((double)set!["mean_size"]!, 0, 2));
        var table = (await Tool.RunAsync([.. Ours, option, value])).Done().Output;
        Assert.Contains("Conformal sets that may miss 10.0 %", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_fitted_to_the_examples_that_it_is_measured_on()
    {
        (await Tool.RunAsync([.. Ours, "--calibrate-on", "test"])).Refused(2, "--calibrate-on is test, which is measured on");
        (await Tool.RunAsync([.. Ours, "--calibrate-on", "train", "--calibrate-share", "0.5"])).Refused(2, "exclude each other");
        (await Tool.RunAsync([.. Ours, "--calibrate-share", "1"])).Refused(2, "must be below 1");
        (await Tool.RunAsync([.. Ours, "--calibrate-share", "0.01"])).Refused(2, "leaves none to fit on");
        (await Tool.RunAsync([.. Ours, "--alpha", "0.2"])).Refused(2, "--alpha is for --calibrate-on");
    }

    [Fact]
    public async Task Examples_made_worse_are_measured_beside_those_as_they_are()
    {
        var folder = Path.Combine(tiny.Folder, "shift-report");
        string[] worse = ["--corrupt", "noise:5", "--corrupt", "contrast", "--corrupt", "noise:5", "--report", folder];
        var json = (await Tool.RunAsync([.. Ours, .. worse, "--json"])).Done().Json();
        var points = json["shift"]!["corrupted"]!.AsArray();
        Assert.Equal(
            ["noise 5", .. Enumerable.Range(1, 5).Select(severity => $"contrast {severity}")],
            points.Select(point => $"{point!["corruption"]} {point["severity"]}")
        );
        Assert.Equal((double)json["summary"]!["mean_probability"]!["nll"]!, (double)json["shift"]!["clean"]!["negative_log_likelihood"]!);
        Assert.All(points, point => Assert.NotEqual((double)json["shift"]!["clean"]!["entropy"]!, (double)point!["entropy"]!));
        foreach (var file in new[] { "report.md", "report.html" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(folder, file), TestContext.Current.CancellationToken);
            Assert.Contains("Calibration under shift", text, StringComparison.Ordinal);
        }

        var again = (await Tool.RunAsync([.. Ours, "--corrupt", "noise:5", "--json"])).Done().Json();
        Assert.Equal((double)points[0]!["entropy"]!, (double)again["shift"]!["corrupted"]![0]!["entropy"]!);
        Assert.Contains("| mean | 1 |", await MarkdownOf("all"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fog", "known for images are noise, blur, contrast, rotation, pixelate, jpeg and all")]
    [InlineData("noise:6", "the severity must be 1 to 5")]
    [InlineData("noise:", "the severity must be 1 to 5")]
    [InlineData("noise:1:2", "such as noise:3")]
    public async Task Corruptions_that_are_none_are_refused(string word, string words) =>
        (await Tool.RunAsync([.. Ours, "--corrupt", word])).Refused(2, words);

    private async Task<string> MarkdownOf(string corruption)
    {
        var folder = Path.Combine(tiny.Folder, $"report-{corruption}");
        (await Tool.RunAsync([.. Ours, "--corrupt", corruption, "--limit", "2", "--report", folder])).Done();
        return await File.ReadAllTextAsync(Path.Combine(folder, "report.md"), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("2.0")]
    [InlineData("[0.5, 4.0]")]
    public async Task A_fitted_temperature_takes_the_place_of_the_manifests(string own)
    {
        var folder = tiny.CopyOfEnsemble($"tempered{own.Length}");
        var file = Path.Combine(folder, "lora_ensemble.json");
        var manifest = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        string[] arguments =
        [
            "evaluate",
            "--base",
            tiny.Base,
            "--ensemble",
            folder,
            "--data",
            tiny.Data,
            "--calibrate-share",
            "0.5",
            "--json",
        ];
        var plain = (await Tool.RunAsync(arguments)).Done().Json()["calibration"]!;
        manifest["temperature"] = System.Text.Json.Nodes.JsonNode.Parse(own);
        await File.WriteAllTextAsync(file, manifest.ToJsonString(), TestContext.Current.CancellationToken);
        var tempered = (await Tool.RunAsync(arguments)).Done().Json()["calibration"]!;
        Assert.Equal((double)plain["temperature"]!, (double)tempered["temperature"]!, 9);
        Assert.Equal((double)plain["after"]!["nll"]!, (double)tempered["after"]!["nll"]!, 9);
        Assert.NotEqual((double)plain["before"]!["nll"]!, (double)tempered["before"]!["nll"]!, 9);
        Assert.NotEqual(1.0, (double)tempered["own_temperatures"]![0]!);
    }

    [Fact]
    public async Task A_part_of_no_data_set_is_refused() => (await Tool.RunAsync([.. Ours, "--ood-split", "test"])).Refused(2, "--ood");
}
