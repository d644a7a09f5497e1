using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class TrainTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    [Fact]
    public async Task The_settings_that_a_run_leaves_behind_train_the_same_bytes_again()
    {
        var settings = Path.Combine(tiny.Ensemble, "run.json");
        var again = Path.Combine(tiny.Folder, "tiny", "again");
        var json = (await Tool.RunAsync("train", "--config", settings, "--output", again, "--json")).Done().Json();
        Assert.Equal(6, (int)json["steps"]!);
        Assert.Equal(0, (int)json["resumed_from"]!);
        const string weights = "member-01/adapter_model.safetensors";
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(tiny.Ensemble, weights), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(Path.Combine(again, weights), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task Options_replace_the_settings_of_the_file()
    {
        var output = Path.Combine(tiny.Folder, "tiny", "options");
        string[] options =
        [
            .. "--members 3 --rank 1 --epochs 1 --batch-size 8 --learning-rate 0.5 --schedule epoch-step --optimizer adamw --weight-decay 0.25".Split(
                ' '
            ),
            .. "--clip-norm 0 --gain 2 --targets value,feed-forward-in --layers 1 --seed 9 --class-weights inverse --normalization unit".Split(
                ' '
            ),
            .. "--augment flip,rotate:90,shift:2 --test-split none --naming v4 --license mit --base-id someone/base --data-id someone/data".Split(
                ' '
            ),
            .. "--base-dtype bf16 --route matrix".Split(' '),
        ];
        (await Tool.RunAsync(["train", "--config", Path.Combine(tiny.Ensemble, "run.json"), "--output", output, .. options])).Done();
        var run = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(output, "run.json"), TestContext.Current.CancellationToken))!;
        var training = run["training"]!;
        Assert.Equal(
            (3, 1, 1, 8),
            ((int)training["members"]!, (int)training["rank"]!, (int)training["epochs"]!, (int)training["batch_size"]!)
        );
        Assert.Null(training["steps"]);
        Assert.Equal(
            (0.5, 0.25, 2),
            ((double)training["learning_rate"]!, (double)training["weight_decay"]!, (double)training["initialization_gain"]!)
        );
        Assert.Equal(("epoch_step", "adam_w"), ((string)training["schedule"]!, (string)training["optimizer"]!));
        Assert.Equal(("bfloat16", "matrix"), ((string)training["base_dtype"]!, (string)run["route"]!));
        Assert.Equal("[\"value\",\"feed_forward_in\"]", training["targets"]!.ToJsonString());
        Assert.Equal("[1]", training["layers"]!.ToJsonString());
        Assert.Equal(9, (long)training["seed"]!);
        Assert.Equal(
            ("inverse", "unit", "v4", "mit"),
            ((string)run["class_weighting"]!, (string)run["normalization"]!, (string)run["naming"]!, (string)run["license"]!)
        );
        Assert.True((bool)run["augmentation"]!["horizontal_flip"]!);
        Assert.Equal((90, 2), ((double)run["augmentation"]!["maximum_rotation_degrees"]!, (int)run["augmentation"]!["shift_pixels"]!));
        var inspected = (await Tool.RunAsync("inspect", output, "--json")).Done().Json();
        Assert.Equal("someone/base", (string?)inspected["base_model"]!["repo_id"]);
        Assert.Equal("""{"value":1,"feed_forward_in":1}""", inspected["members"]![2]!["sites"]!.ToJsonString());
        Assert.Empty(inspected["metrics"]!.AsArray());
    }

    [Fact]
    public async Task A_request_to_stop_leaves_a_checkpoint_that_the_same_command_goes_on_from()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "The signal is sent with kill.");
        var output = Path.Combine(tiny.Folder, "tiny", "stopped");
        string[] arguments = [.. tiny.Training, "--output", output, "--steps", "1000000", "--log-steps", "1"];
        var (exitCode, errors) = await StoppedAfterSomeUpdates(arguments);
        Assert.True(exitCode == 130, errors);
        Assert.Contains("error: Stopped after update ", errors, StringComparison.Ordinal);
        Assert.Contains("hint: The same command goes on", errors, StringComparison.Ordinal);
        (exitCode, errors) = await StoppedAfterSomeUpdates(arguments);
        Assert.True(exitCode == 130, errors);
        Assert.Matches("going on after update [1-9]", errors);
    }

    [Fact]
    public async Task A_finished_ensemble_is_not_trained_over_unless_asked()
    {
        var copy = tiny.CopyOfEnsemble("finished");
        string[] arguments = [.. tiny.Training, "--output", copy, "--steps", "1"];
        (await Tool.RunAsync(arguments)).Refused(1, "finished ensemble");
        Assert.Equal(copy + "\n", (await Tool.RunAsync([.. arguments, "--restart", "--quiet", "--threads", "1"])).Done().Output);
    }

    [Fact]
    public async Task A_setting_that_does_not_exist_is_refused_by_name()
    {
        var file = Path.Combine(tiny.Folder, "typing-error.json");
        await File.WriteAllTextAsync(file, """{"training": {"memmbers": 3}}""", TestContext.Current.CancellationToken);
        (await Tool.RunAsync([.. tiny.Training, "--output", "o", "--config", file])).Refused(2, "memmbers", "typing-error.json");
        await File.WriteAllTextAsync(file, """{"training": {"members": 3}""", TestContext.Current.CancellationToken);
        (await Tool.RunAsync([.. tiny.Training, "--output", "o", "--config", file])).Refused(6, "typing-error.json");
    }

    [Theory]
    [InlineData("""{"training": null}""", "training")]
    [InlineData("""{"training": {"targets": null}}""", "targets")]
    [InlineData("""{"class_weighting": null}""", "class_weighting")]
    [InlineData("""{"split": null}""", "split")]
    [InlineData("""{"device": null}""", "device")]
    [InlineData("""{"augmentation": null}""", "augmentation")]
    [InlineData("""{"class_weighting": "effective-number:1"}""", "effective-number:1")]
    public async Task A_setting_that_may_not_be_so_is_refused_by_name(string json, string name)
    {
        var file = Path.Combine(tiny.Folder, $"wrong-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);
        (await Tool.RunAsync([.. tiny.Training, "--output", Path.Combine(tiny.Folder, "o"), "--config", file])).Refused(2, name);
    }

    [Fact]
    public async Task An_output_folder_or_test_split_that_will_not_do_is_refused_before_the_training()
    {
        var output = Directory.CreateDirectory(Path.Combine(tiny.Folder, "occupied")).FullName;
        await File.WriteAllTextAsync(Path.Combine(output, "thesis.tex"), "x", TestContext.Current.CancellationToken);
        string[] arguments = [.. tiny.Training, "--steps", "1000000", "--output"];
        (await Tool.RunAsync([.. arguments, output])).Refused(1, "thesis.tex");
        Assert.Single(Directory.GetFileSystemEntries(output));
        (await Tool.RunAsync([.. arguments, Path.Combine(output, "thesis.tex")])).Refused(1, "is a file");
        (await Tool.RunAsync([.. arguments, Path.Combine(tiny.Folder, "o"), "--test-split", "nowhere"])).Refused(3, "nowhere");
    }

    [Fact]
    public async Task A_card_that_was_written_before_the_training_stays_and_can_be_brought_up_to_date()
    {
        var output = Directory.CreateDirectory(Path.Combine(tiny.Folder, "carded")).FullName;
        var card = Path.Combine(output, "README.md");
        await File.WriteAllTextAsync(card, "# Ours\n", TestContext.Current.CancellationToken);
        var run = (await Tool.RunAsync([.. tiny.Training, "--output", output, "--steps", "1"])).Done();
        Assert.Contains("card", run.Errors, StringComparison.Ordinal);
        Assert.Equal("# Ours\n", await File.ReadAllTextAsync(card, TestContext.Current.CancellationToken));
        (await Tool.RunAsync("card", output, "--update")).Done();
        var text = await File.ReadAllTextAsync(card, TestContext.Current.CancellationToken);
        Assert.StartsWith("---\n", text, StringComparison.Ordinal);
        Assert.EndsWith("# Ours\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_test_split_may_be_spelled_none_in_the_file_too()
    {
        var file = Path.Combine(tiny.Folder, "untested.json");
        await File.WriteAllTextAsync(file, """{"test_split": "none"}""", TestContext.Current.CancellationToken);
        var output = Path.Combine(tiny.Folder, "tiny", "untested");
        (await Tool.RunAsync([.. tiny.Training, "--config", file, "--output", output, "--steps", "1"])).Done();
        Assert.DoesNotContain(
            "\"metrics\": [{",
            await File.ReadAllTextAsync(Path.Combine(output, "lora_ensemble.json"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Settings_may_lie_in_the_output_folder_beforehand()
    {
        var output = Directory.CreateDirectory(Path.Combine(tiny.Folder, "tiny", "prepared")).FullName;
        var settings = Path.Combine(output, "run.json");
        File.Copy(Path.Combine(tiny.Ensemble, "run.json"), settings);
        (await Tool.RunAsync("train", "--config", settings, "--output", output, "--steps", "1")).Done();
        Assert.True(File.Exists(Path.Combine(output, "lora_ensemble.json")));
    }

    [Fact]
    public async Task A_run_that_diverges_says_at_which_update_and_what_to_try()
    {
        var output = Path.Combine(tiny.Folder, "tiny", "diverged");
        (await Tool.RunAsync([.. tiny.Training, "--output", output, "--steps", "5", "--learning-rate", "1e30", "--quiet"])).Refused(
            1,
            "diverged at update 2 of 5",
            "learning_rate"
        );
        Assert.False(File.Exists(Path.Combine(output, "lora_ensemble.json")));
    }

    private static async Task<(int ExitCode, string Errors)> StoppedAfterSomeUpdates(string[] arguments)
    {
        using var process = Tool.Start(new ToolPlace(), arguments);
        var lines = new List<string>();
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
            if (lines.Count(text => text.StartsWith("update ", StringComparison.Ordinal)) == 3)
            {
                using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, string.Join('\n', lines));
    }
}
