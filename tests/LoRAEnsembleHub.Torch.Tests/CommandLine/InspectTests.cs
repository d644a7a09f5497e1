namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class InspectTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    [Fact]
    public async Task A_file_is_told_tensor_by_tensor()
    {
        var json = (await Tool.RunAsync("inspect", Golden.PathOf("safetensors", "valid", "every-dtype.safetensors"), "--json"))
            .Done()
            .Json();
        Assert.Equal("safetensors", (string?)json["kind"]);
        Assert.Equal(json["tensors"]!.AsArray().Count, json["totals"]!.AsArray().Sum(total => (int)total!["tensors"]!));
        Assert.Contains(json["tensors"]!.AsArray(), tensor => (string?)tensor!["dtype"] == "BF16");
    }

    [Theory]
    [InlineData("overlap", "overlap")]
    [InlineData("not-json", "JSON")]
    [InlineData("seven-bytes", "7")]
    [InlineData("pickle", "header")]
    public async Task A_malformed_file_ends_with_6_and_names_the_defect(string name, string word) =>
        (await Tool.RunAsync("inspect", Golden.PathOf("safetensors", "malformed", $"{name}.safetensors"))).Refused(
            6,
            word,
            "hint: The rule"
        );

    [Fact]
    public async Task Names_that_could_steer_a_terminal_are_shown_as_numbers()
    {
        var run = (await Tool.RunAsync("inspect", Golden.PathOf("safetensors", "valid", "odd-names.safetensors"))).Done();
        Assert.DoesNotContain(run.Output, letter => char.IsControl(letter) && letter != '\n');
    }

    [Theory]
    [InlineData("vit-v4", "transformers 4")]
    [InlineData("timm-vit", "timm")]
    [InlineData("torchvision-vit", "torchvision")]
    [InlineData("deit-teacher", "transformers 4")]
    [InlineData("ast-v5", "transformers 5")]
    [InlineData("bert-legacy", "TensorFlow")]
    public async Task A_model_folder_is_told_with_the_layout_of_its_names(string name, string layout)
    {
        var json = (await Tool.RunAsync("inspect", Golden.Folder("models", name), "--json")).Done().Json();
        Assert.Equal("model", (string?)json["kind"]);
        Assert.Contains(layout, json["layouts"]!.AsArray().Select(item => (string?)item));
        Assert.Empty(json["problems"]!.AsArray());
        using var model = LoRAEnsembleHub.Models.PretrainedModels.Load(Golden.Folder("models", name));
        Assert.Equal(model.ParameterCount, (long)json["parameters"]!);
        Assert.Equal(model.Labels, json["labels"]!.AsArray().Select(item => (string)item!));
        Assert.Equal(model.Config.InputSizes.Keys, json["input_sizes"]!.AsObject().Select(size => size.Key));
    }

    [Fact]
    public async Task What_a_hub_would_say_of_a_card_is_said_without_one()
    {
        var sound = (await Tool.RunAsync("inspect", tiny.Ensemble, "--json")).Done().Json();
        Assert.DoesNotContain(sound["notes"]!.AsArray(), note => ((string)note!).Contains("README", StringComparison.Ordinal));
        var folder = Directory.CreateDirectory(Path.Combine(tiny.Folder, "odd-card")).FullName;
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(tiny.Base, name), Path.Combine(folder, name));
        }

        var card = "---\nbase_model: /home/me/model\npipeline_tag: tea-making\n---\n# Mine\n";
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), card, TestContext.Current.CancellationToken);
        var notes = (await Tool.RunAsync("inspect", folder, "--json")).Done().Json()["notes"]!.AsArray();
        Assert.Equal(2, notes.Count);
        Assert.Contains("/home/me/model", (string?)notes[0], StringComparison.Ordinal);
        Assert.Contains("tea-making", (string?)notes[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_would_not_load_ends_with_1_and_says_why()
    {
        var folder = Directory.CreateDirectory(Path.Combine(tiny.Folder, "wrong-config")).FullName;
        var config = await File.ReadAllTextAsync(Path.Combine(tiny.Base, "config.json"), TestContext.Current.CancellationToken);
        config = config.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), config, TestContext.Current.CancellationToken);
        File.Copy(Path.Combine(tiny.Base, "model.safetensors"), Path.Combine(folder, "model.safetensors"), true);
        var run = await Tool.RunAsync("inspect", folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("encoder.layer.2.attention.attention.query.weight is missing", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trained_ensemble_is_told_with_members_base_and_metrics()
    {
        var json = (await Tool.RunAsync("inspect", tiny.Ensemble, "--json")).Done().Json();
        Assert.Equal("ensemble", (string?)json["kind"]);
        Assert.Equal("tiny/base", (string?)json["base_model"]!["repo_id"]);
        Assert.Equal(2, json["members"]!.AsArray().Count);
        Assert.Equal(2, (int)json["members"]![0]!["sites"]!["query"]!);
        Assert.Equal(["dark", "light"], json["labels"]!.AsArray().Select(item => (string)item!));
        Assert.True((bool)json["hashes_match"]!);
        Assert.NotEmpty(json["metrics"]!.AsArray());
    }

    [Fact]
    public async Task A_member_that_was_changed_ends_with_6()
    {
        var copy = tiny.CopyOfEnsemble("changed");
        var weights = Path.Combine(copy, "member-01", "adapter_model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes, TestContext.Current.CancellationToken);
        var run = await Tool.RunAsync("inspect", copy, "--json");
        Assert.Equal(6, run.ExitCode);
        Assert.False((bool)run.Json()["hashes_match"]!);
        Assert.Contains("member-01", (string)run.Json()["problems"]![0]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vit-r4", "v4")]
    [InlineData("vit-r4-v5", "v5")]
    [InlineData("vit-r4-both", "both")]
    [InlineData("deit-teacher", "v4")]
    [InlineData("vit-all-linear", null)]
    public async Task Plain_peft_folders_are_told_without_their_base(string name, string? naming)
    {
        var json = (await Tool.RunAsync("inspect", Golden.Folder("peft", name), "--json")).Done().Json();
        Assert.Equal("peft_adapters", (string?)json["kind"]);
        Assert.True(naming is null || naming == (string?)json["members"]![0]!["naming"]);
        Assert.All(json["members"]!.AsArray(), member => Assert.True((bool)member!["is_readable"]!));
    }

    [Theory]
    [InlineData("vit-dora", "use_dora")]
    [InlineData("vit-ia3", "peft_type")]
    [InlineData("vit-missing-b", "lora_B")]
    [InlineData("vit-twins-differ", "two spellings")]
    public async Task An_adapter_that_would_be_refused_is_told_with_the_reason(string name, string cause)
    {
        var run = await Tool.RunAsync("inspect", Golden.Folder("peft", name));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(cause, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_set_is_told_with_its_splits_and_counts()
    {
        var json = (await Tool.RunAsync("inspect", tiny.Data, "--json")).Done().Json();
        Assert.Equal("dataset", (string?)json["kind"]);
        Assert.Equal(["test", "train"], json["splits"]!.AsArray().Select(split => (string)split!["name"]!).Order());
        Assert.All(json["splits"]!.AsArray(), split => Assert.Equal((int)split!["count"]! / 2, (int)split["per_class"]!["dark"]!));
    }

    [Fact]
    public async Task A_folder_of_nothing_known_ends_with_1_and_says_what_is_known() =>
        (await Tool.RunAsync("inspect", Golden.PathOf("recipes"))).Refused(1, "config.json", "lora_ensemble.json");
}
