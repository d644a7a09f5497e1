using System.Diagnostics;
using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class UsageTests
{
    private const string BaseMark = "the tests' base";

    private static readonly string[] verbs = ["quickstart", "inspect", "predict", "evaluate", "train", "forward", "preprocess"];

    private static string Base => Golden.PathOf("models", "vit-v4");

    [Fact]
    public async Task Help_lists_every_verb_with_what_it_does()
    {
        var run = (await Tool.RunAsync("--help")).Done();
        Assert.All(verbs, verb => Assert.Matches($"(?m)^  {verb}.* {{2,}}[A-Z].*$", run.Output));
        Assert.Equal("", run.Errors);
    }

    [Theory]
    [InlineData("without a verb")]
    [InlineData("an unknown verb", "predikt")]
    [InlineData("an unknown option", "inspect", "x", "--bad-option")]
    [InlineData("an unknown option where a file may stand", "predict", "--base", "b", "x.png", "--upside-down")]
    [InlineData("an unknown option where a place may stand", "push", "me/set", ".", "--privat")]
    [InlineData("nothing to be fetched, and by force", "pull", "me/set", "--offline", "--force-download")]
    [InlineData("a hub for every machine without tokens", "serve", ".", "--host", "0.0.0.0", "--port", "0")]
    [InlineData("a needed option left out", "forward", "--input", "x", "--output", "y")]
    [InlineData("an element type that is none", "forward", "--base", "b", "--input", "x", "--output", "y", "--dtype", "f64")]
    [InlineData("a device that is none", "forward", "--base", "b", "--input", "x", "--output", "y", "--device", "tpu")]
    [InlineData("a batch of nothing", "predict", "--base", "b", "x.png", "--batch-size", "0")]
    [InlineData("a number that is none", "train", "--base", "b", "--data", "d", "--output", "o", "--members", "many")]
    [InlineData("two orientations", "preprocess", "--config", "c", "x.png", "--output", "y", "--upright", "--as-stored")]
    [InlineData("both steps and epochs", "train", "--steps", "3", "--epochs", "2")]
    [InlineData("an augmentation that is none", "train", "--base", "b", "--data", "d", "--output", "o", "--augment", "blur")]
    [InlineData("a projection that is none", "train", "--base", "b", "--data", "d", "--output", "o", "--targets", "query,mlp")]
    [InlineData("layers that are none", "train", "--base", "b", "--data", "d", "--output", "o", "--layers", "3-1")]
    public async Task A_wrong_command_line_ends_with_2(string what, params string[] arguments)
    {
        Assert.NotEmpty(what);
        (await Tool.RunAsync(arguments)).Refused(2);
    }

    [Fact]
    public async Task A_name_that_begins_with_a_dash_is_taken_after_two_dashes() =>
        (await Tool.RunAsync("inspect", "--", "--no-such-file")).Refused(3, "--no-such-file");

    [Theory]
    [InlineData("usage", 2, "forward", "--bad-option")]
    [InlineData("not_found", 3, "inspect", "no-such-file")]
    [InlineData("not_found", 3, "predict", "--base", "no-such-folder", "no-such.png")]
    public async Task With_json_a_failure_is_one_document_on_standard_output(string kind, int exitCode, params string[] arguments)
    {
        var run = await Tool.RunAsync([.. arguments, "--json"]);
        Assert.Equal(exitCode, run.ExitCode);
        var error = run.Json()["error"]!;
        Assert.Equal(kind, (string?)error["kind"]);
        Assert.NotEqual("", (string?)error["message"]);
        Assert.NotNull(error["hint"]);
        Assert.Equal("", run.Errors);
    }

    [Theory]
    [InlineData("evaluate", "--data", ".")]
    [InlineData("train", "--data", ".", "--output", "o")]
    public async Task A_base_that_is_not_there_ends_with_3(string verb, params string[] others) =>
        (await Tool.RunAsync([verb, "--base", "no-such-base", .. others])).Refused(3, "no-such-base");

    [Fact]
    public async Task Colours_and_progress_never_reach_a_pipe()
    {
        var run = (await Tool.RunAsync("inspect", Base)).Done();
        Assert.DoesNotContain('\e', run.Output);
        Assert.DoesNotContain('\e', run.Errors);
        Assert.DoesNotContain(run.Output.Split('\n'), line => line.EndsWith(' '));
    }

    [Fact]
    public async Task A_stack_trace_is_shown_only_when_asked_for()
    {
        var place = new ToolPlace { Variables = new Dictionary<string, string> { ["LORAE_HUB_DEBUG"] = "1" } };
        var run = await Tool.RunAsync(place, "inspect", "no-such-file");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("forward", "--base", BaseMark, "--input")]
    [InlineData("preprocess", "picture.png", "--config")]
    [InlineData("quickstart")]
    [InlineData("evaluate", "--base", BaseMark, "--data")]
    public async Task A_place_that_cannot_be_written_to_is_refused_before_any_work(string verb, params string[] others)
    {
        using var scratch = new ScratchFolder();
        var file = Path.Combine(scratch.Path, "a file");
        await File.WriteAllTextAsync(file, "kept", TestContext.Current.CancellationToken);
        string[] arguments = others.Length == 0 ? [verb] : [verb, .. others.Select(word => word == BaseMark ? Base : word), file];
        var option = verb is "quickstart" or "evaluate" ? "--report" : "--output";
        (await Tool.RunAsync([.. arguments, option, Path.Combine(file, "x")])).Refused(2, option, file, "which is a file");
        if (verb != "evaluate")
        {
            (await Tool.RunAsync([.. arguments, option, scratch.Path])).Refused(2, option, scratch.Path, "which is a folder");
        }

        Assert.Equal("kept", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--quiet")]
    public async Task A_full_disk_behind_standard_output_ends_with_1_and_one_message(string form)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has a device that is always full.");
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var tool = Path.Combine(AppContext.BaseDirectory, "lorae-hub.dll");
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardError = true };
        foreach (var word in (string[])["-c", "\"$0\" exec \"$@\" >/dev/full", host, tool, "inspect", Base, form])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("error: Standard output cannot be written", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }
}
