using System.Text.Json.Nodes;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>assemble, members and merge as a user runs them.</summary>
public sealed class MemberVerbTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task Members_put_together_again_are_the_ensemble()
    {
        var made = At("made");
        string[] parts = [.. Enumerable.Range(0, 2).Select(member => Path.Combine(tiny.Ensemble, $"member-{member:00}"))];
        var run = await Tool.RunAsync(["assemble", .. parts, "--base", tiny.Base, "--output", made, "--json"]);
        Assert.Equal(2, (int)run.Done().Json()["members"]!);
        Assert.Equal(await LogitsAsync(tiny.Ensemble), await LogitsAsync(made));
        foreach (var file in new[] { "member-00/adapter_model.safetensors", "member-01/adapter_config.json" })
        {
            Assert.Equal(await ReadAsync(Path.Combine(tiny.Ensemble, file)), await ReadAsync(Path.Combine(made, file)));
        }
    }

    [Fact]
    public async Task Classes_in_another_order_are_put_in_the_order_of_the_first()
    {
        var (turned, made) = (tiny.CopyOfEnsemble("turned"), At("both"));
        var manifest = Path.Combine(turned, "lora_ensemble.json");
        var changed = JsonNode.Parse(await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken))!;
        changed["id2label"] = new JsonObject { ["0"] = "light", ["1"] = "dark" };
        await File.WriteAllTextAsync(manifest, changed.ToJsonString(), TestContext.Current.CancellationToken);
        (await Tool.RunAsync("assemble", tiny.Ensemble, turned, "--base", tiny.Base, "--output", made)).Done();
        var (before, after) = (await LogitsAsync(tiny.Ensemble), await LogitsAsync(made));
        for (var index = 0; index < before.Length; index += 2)
        {
            // members 2 and 3 are members 0 and 1 with the classes exchanged
            Assert.Equal(before[index], after[before.Length + index + 1]);
            Assert.Equal(before[index + 1], after[before.Length + index]);
        }
    }

    [Fact]
    public async Task Other_classes_and_another_base_are_refused_and_nothing_is_written()
    {
        var other = tiny.CopyOfEnsemble("otherclasses");
        var manifest = Path.Combine(other, "lora_ensemble.json");
        var text = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            manifest,
            text.Replace("\"dark\"", "\"blue\"", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );
        (await Tool.RunAsync("assemble", tiny.Ensemble, other, "--base", tiny.Base, "--output", At("x"))).Refused(1, "dark", "blue");
        (await Tool.RunAsync("assemble", tiny.Ensemble, Golden.Folder("peft", "ast-r4"), "--base", tiny.Base, "--output", At("x"))).Refused(
            1,
            "ast-r4"
        );
        (await Tool.RunAsync("assemble", tiny.Ensemble, "--base", tiny.Base, "--output", tiny.Ensemble)).Refused(2, "not empty");
        (await Tool.RunAsync("assemble", tiny.Ensemble, "--base", tiny.Base, "--output", manifest)).Refused(2, "which is a file");
        Assert.False(Directory.Exists(At("x")));
    }

    [Fact]
    public async Task A_chosen_member_predicts_as_it_did_and_the_manifest_tells()
    {
        var made = At("one");
        (await Tool.RunAsync("members", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--keep", "1", "--output", made)).Done();
        var (before, after) = (await LogitsAsync(tiny.Ensemble), await LogitsAsync(made));
        Assert.All(before[(before.Length / 2)..].Zip(after), pair => Assert.Equal(pair.First, pair.Second, 5));
        Assert.Equal(
            await ReadAsync(Path.Combine(tiny.Ensemble, "member-01", "adapter_config.json")),
            await ReadAsync(Path.Combine(made, "member-00", "adapter_config.json"))
        );
        var manifest = JsonNode.Parse(await ReadAsync(Path.Combine(made, "lora_ensemble.json")))!;
        Assert.Equal("single-lora", (string?)manifest["method"]);
        Assert.Null(manifest["metrics"]);
        Assert.Equal("select", (string?)manifest["training"]!["changes"]![0]!["operation"]);
        Assert.Equal(1, (int)manifest["training"]!["changes"]![0]!["members"]![0]!);
    }

    [Fact]
    public async Task Added_members_follow_and_what_is_kept_is_counted_among_all()
    {
        var made = At("added");
        var run = await Tool.RunAsync([
            "members",
            "--base",
            tiny.Base,
            "--ensemble",
            tiny.Ensemble,
            "--add",
            Path.Combine(tiny.Ensemble, "member-00"),
            "--keep",
            "2,1",
            "--output",
            made,
            "--json",
        ]);
        Assert.Equal(2, (int)run.Done().Json()["members"]!);
        // the added copy of member 0, then member 1
        Assert.Equal(await LogitsAsync(tiny.Ensemble), await LogitsAsync(made));
        var changes = JsonNode.Parse(await ReadAsync(Path.Combine(made, "lora_ensemble.json")))!["training"]!["changes"]!.AsArray();
        Assert.Equal(["add", "select"], changes.Select(change => (string?)change!["operation"]));
        Assert.EndsWith("member-00", (string?)changes[0]!["sources"]![0]!["source"]);
    }

    [Fact]
    public async Task Whole_networks_are_chosen_reordered_and_measured_as_members_are()
    {
        var (networks, made) = (At("networks"), At("turned"));
        string[] of = ["--base", tiny.Base, "--ensemble", tiny.Ensemble];
        (await Tool.RunAsync(["convert", .. of, "--to", "explicit", "--output", networks, "-q"])).Done();
        string[] turn = ["members", "--ensemble", networks, "--output", made];
        (await Tool.RunAsync([.. turn, "--average"])).Refused(2, "--average", "explicit-ensemble");
        (await Tool.RunAsync([.. turn, "--naming", "v4"])).Refused(2, "--naming");
        (await Tool.RunAsync([.. turn, "--add", tiny.Ensemble])).Refused(2, "--add");
        Assert.False(Directory.Exists(made));
        var json = (await Tool.RunAsync([.. turn, "--keep", "1,0", "--data", tiny.Data, "--json"])).Done().Json();
        Assert.Equal(2, (int)json["members"]!);
        Assert.Equal((double)json["before"]!["nll"]!, (double)json["after"]!["nll"]!, 12);
        foreach (var (member, other) in new[] { ("00", "01"), ("01", "00") })
        {
            Assert.Equal(
                await File.ReadAllBytesAsync(
                    Path.Combine(made, $"member-{member}", "model.safetensors"),
                    TestContext.Current.CancellationToken
                ),
                await WithNameAsync(Path.Combine(networks, $"member-{other}", "model.safetensors"), other, member)
            );
        }

        var manifest = JsonNode.Parse(await ReadAsync(Path.Combine(made, "lora_ensemble.json")))!;
        Assert.Equal("explicit-ensemble", (string?)manifest["method"]);
        Assert.NotNull(manifest["metrics"]);
    }

    /// <summary>The bytes of a file whose header names its member, with another name.</summary>
    private static async Task<byte[]> WithNameAsync(string file, string name, string other)
    {
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"member-{name}"));
        System.Text.Encoding.ASCII.GetBytes($"member-{other}").CopyTo(bytes, at);
        return bytes;
    }

    [Fact]
    public async Task The_effect_of_an_average_is_measured_and_a_temperature_is_fitted_on_another_part()
    {
        var made = At("average");
        var run = await Tool.RunAsync([
            "members",
            "--base",
            tiny.Base,
            "--ensemble",
            tiny.Ensemble,
            "--average",
            "--rank",
            "2",
            "--store",
            "bf16",
            "--data",
            tiny.Data,
            "--temperature",
            "joint",
            "--fit-split",
            "train",
            "--output",
            made,
            "--json",
        ]);
        var json = run.Done().Json();
        Assert.Equal((1, 2), ((int)json["members"]!, (int)json["rank"]!));
        Assert.Equal(3, json["changes"]!.AsArray().Count);
        Assert.InRange((double)json["before"]!["accuracy"]!, 0, 1);
        Assert.NotEqual(1.0, (double)json["temperatures"]![0]!);
        var evaluated = await Tool.RunAsync("evaluate", "--base", tiny.Base, "--ensemble", made, "--data", tiny.Data, "--json");
        var scores = evaluated.Done().Json();
        Assert.Equal((double)json["temperatures"]![0]!, (double)scores["temperatures"]![0]!, 12);
        var manifest = JsonNode.Parse(await ReadAsync(Path.Combine(made, "lora_ensemble.json")))!;
        Assert.Equal(
            ["average", "truncate", "store", "fit_temperature"],
            manifest["training"]!["changes"]!.AsArray().Select(change => (string?)change!["operation"])
        );
        Assert.NotEmpty(manifest["metrics"]!.AsArray());
    }

    [Fact]
    public async Task Figures_of_a_part_of_a_split_say_so_and_are_no_result_of_the_card()
    {
        var made = At("part");
        string[] arguments = ["members", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--keep", "1,0", "--data", tiny.Data];
        (await Tool.RunAsync([.. arguments, "--limit", "3", "--output", made])).Done();
        var manifest = JsonNode.Parse(await ReadAsync(Path.Combine(made, "lora_ensemble.json")))!;
        Assert.All(manifest["metrics"]!.AsArray(), metric => Assert.Equal(3, (int)metric!["examples"]!));
        var card = await ReadAsync(Path.Combine(made, "README.md"));
        Assert.Contains("On 3 examples of the test split", card, StringComparison.Ordinal);
        Assert.DoesNotContain("model-index", card, StringComparison.Ordinal);

        var whole = At("whole");
        (await Tool.RunAsync([.. arguments, "--limit", "1000", "--output", whole])).Done();
        manifest = JsonNode.Parse(await ReadAsync(Path.Combine(whole, "lora_ensemble.json")))!;
        Assert.All(manifest["metrics"]!.AsArray(), metric => Assert.Null(metric!["examples"]));
        Assert.Contains("model-index", await ReadAsync(Path.Combine(whole, "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("merge", "--all")]
    [InlineData("convert", "--to", "explicit")]
    [InlineData("convert", "--to", "onnx", "--each")]
    public async Task Of_a_writing_that_fails_in_the_middle_nothing_stays(params string[] verb)
    {
        // member 1 is such that it can be read and attached, but not merged
        var folder = Directory.CreateDirectory(At("large")).FullName;
        foreach (var member in new[] { "member-00", "member-01" })
        {
            FolderCopy.Make(Path.Combine(tiny.Ensemble, member), Path.Combine(folder, member));
        }

        var config = Path.Combine(folder, "member-01", "adapter_config.json");
        var changed = JsonNode.Parse(await ReadAsync(config))!;
        changed["lora_alpha"] = 3e38;
        await File.WriteAllTextAsync(config, changed.ToJsonString(), TestContext.Current.CancellationToken);
        var weights = Path.Combine(folder, "member-01", "adapter_model.safetensors");
        var tensors = Golden.Tensors(weights);
        foreach (var tensor in tensors.Where(entry => entry.Key.Contains(".lora_", StringComparison.Ordinal)).Select(entry => entry.Value))
        {
            tensor.fill_(100f);
        }

        await TensorFile.WriteAsync(weights, tensors, cancellationToken: TestContext.Current.CancellationToken);
        var (fresh, empty) = (At("fresh"), Directory.CreateDirectory(At("empty")).FullName);
        string[] arguments = [.. verb, "--base", tiny.Base, "--ensemble", folder, "--output"];
        (await Tool.RunAsync([.. arguments, fresh])).Refused(1, "beyond the range");
        (await Tool.RunAsync([.. arguments, empty])).Refused(1, "beyond the range");
        Assert.Equal([empty, folder], Directory.GetFileSystemEntries(scratch.Path).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(empty));
    }

    [Fact]
    public async Task Sources_that_do_not_go_together_are_refused_by_name()
    {
        var other = Path.Combine(tiny.CopyOfEnsemble("otherbase"), "member-00");
        var config = Path.Combine(other, "adapter_config.json");
        var changed = JsonNode.Parse(await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken))!;
        changed["base_model_name_or_path"] = "someone/else";
        await File.WriteAllTextAsync(config, changed.ToJsonString(), TestContext.Current.CancellationToken);
        string[] both = ["assemble", tiny.Ensemble, other, "--base", tiny.Base, "--output", At("x")];
        (await Tool.RunAsync(both)).Refused(1, "someone/else", "--allow-base-mismatch");
        (await Tool.RunAsync(["assemble", other, tiny.Ensemble, .. both[3..]])).Refused(1, "someone/else");
        Assert.False(Directory.Exists(At("x")));

        // what adapters call their base is what the manifest says too, so that they still go together afterwards; paths tell nothing
        var alone = Path.Combine(tiny.CopyOfEnsemble("alone"), "member-00");
        foreach (var (name, made) in new[] { ("someone/else", At("theirs")), ("/home/x/base", At("path")) })
        {
            changed["base_model_name_or_path"] = name;
            await File.WriteAllTextAsync(
                Path.Combine(alone, "adapter_config.json"),
                changed.ToJsonString(),
                TestContext.Current.CancellationToken
            );
            (await Tool.RunAsync("assemble", alone, "--base", tiny.Base, "--output", made)).Done();
            (await Tool.RunAsync("assemble", made, alone, "--base", tiny.Base, "--output", made + "-twice")).Done();
        }

        var theirs = JsonNode.Parse(await ReadAsync(Path.Combine(At("theirs"), "lora_ensemble.json")))!;
        Assert.Equal("someone/else", (string?)theirs["base_model"]!["repo_id"]);

        foreach (var alpha in new[] { "1e999", "1e300" })
        {
            var text = (await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken)).Replace(
                $"\"lora_alpha\":{changed["lora_alpha"]}",
                $"\"lora_alpha\":{alpha}",
                StringComparison.Ordinal
            );
            var infinite = Directory.CreateDirectory(At($"alpha{alpha}")).FullName;
            File.Copy(Path.Combine(other, "adapter_model.safetensors"), Path.Combine(infinite, "adapter_model.safetensors"));
            await File.WriteAllTextAsync(Path.Combine(infinite, "adapter_config.json"), text, TestContext.Current.CancellationToken);
            (await Tool.RunAsync("assemble", infinite, "--base", tiny.Base, "--output", At("x"))).Refused(1, "lora_alpha");
            Assert.False(Directory.Exists(At("x")));
        }

        var twice = tiny.CopyOfEnsemble("twice");
        var manifest = Path.Combine(twice, "lora_ensemble.json");
        await File.WriteAllTextAsync(
            manifest,
            (await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken)).Replace(
                "\"light\"",
                "\"dark\"",
                StringComparison.Ordinal
            ),
            TestContext.Current.CancellationToken
        );
        (await Tool.RunAsync("assemble", tiny.Ensemble, twice, "--base", tiny.Base, "--output", At("x"))).Refused(1, "2 classes dark");
    }

    [Theory]
    [InlineData("--keep", "2", "0 to 1")]
    [InlineData("--keep", "0,0", "each once")]
    [InlineData("--drop", "0,1", "none of the 2")]
    [InlineData("--temperature", "joint", "go together")]
    public async Task A_choice_that_cannot_be_made_is_a_usage_error(string option, string value, string word) =>
        (await Tool.RunAsync("members", "--base", tiny.Base, "--ensemble", tiny.Ensemble, option, value, "--output", At("x"))).Refused(
            2,
            word
        );

    [Fact]
    public async Task Merged_members_are_plain_models_with_the_members_logits()
    {
        var made = At("plain");
        (await Tool.RunAsync("merge", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--all", "--output", made)).Done();
        var together = await LogitsAsync(tiny.Ensemble);
        for (var member = 0; member < 2; member++)
        {
            var folder = Path.Combine(made, $"member-{member:00}");
            Assert.True(File.Exists(Path.Combine(folder, "preprocessor_config.json")));
            var alone = await LogitsAsync(null, folder);
            var slice = together[(member * alone.Length)..((member + 1) * alone.Length)];
            Assert.All(alone.Zip(slice), pair => Assert.Equal(pair.Second, pair.First, 4));
        }

        (await Tool.RunAsync("merge", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--output", At("x"))).Refused(2, "--all");
        (await Tool.RunAsync("merge", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--member", "2", "--output", At("x"))).Refused(
            2,
            "2 members"
        );
    }

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private string At(string name) => Path.Combine(scratch.Path, name);

    private async Task<float[]> LogitsAsync(string? ensemble, string? folder = null)
    {
        var output = At($"{Guid.NewGuid():N}.safetensors");
        var input = Golden.PathOf("models", "vit-v4", "expected.safetensors");
        string[] members = ensemble is null ? [] : ["--ensemble", ensemble];
        (
            await Tool.RunAsync([
                "forward",
                "--base",
                folder ?? tiny.Base,
                .. members,
                "--input",
                input,
                "--output",
                output,
                "--route",
                "matrix",
            ])
        ).Done();
        return Golden.Tensors(output)["logits"].data<float>().ToArray();
    }
}
