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
        var run = (await Tool.RunAsync([.. Ours, "--ood", tiny.Data, "--ood-split", "train", "--report", folder, "--quiet"])).Done();
        Assert.All(run.Output.TrimEnd().Split('\n'), path => Assert.True(File.Exists(path), path));
        var json = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "report.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal(6, (int)json["summary"]!["examples"]!);
        var markdown = await File.ReadAllTextAsync(Path.Combine(folder, "report.md"), TestContext.Current.CancellationToken);
        Assert.Contains("| Ensemble, mean probability |", markdown, StringComparison.Ordinal);
        Assert.Contains("| mutual information |", markdown, StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("src=\"data:image/png;base64,", page, StringComparison.Ordinal);
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
        (await Tool.RunAsync([.. Ours, "--split", "validation"])).Refused(1, "validation", "test, train");
}
