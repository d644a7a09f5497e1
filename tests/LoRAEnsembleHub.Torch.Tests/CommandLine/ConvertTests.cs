using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Torch.Tests.Onnx;
using LoRAEnsembleHub.Weights;
using Microsoft.ML.OnnxRuntime;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class ConvertTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

    private string Other => Path.Combine(scratch.Path, "other");

    private string Output => Path.Combine(scratch.Path, "onnx");

    private string[] Ensemble => ["--base", tiny.Base, "--ensemble", tiny.Ensemble];

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task An_ensemble_becomes_one_graph_that_gives_what_forward_gives()
    {
        var json = (await Tool.RunAsync(["convert", .. Ensemble, "--output", Output, "--json"])).Done().Json();
        Assert.Equal(2, (int?)json["members"]);
        Assert.Equal(
            ["model.onnx", "preprocessor_config.json"],
            json["files"]!.AsArray().Select(file => Path.GetFileName((string)file!["path"]!))
        );
        var model = Path.Combine(Output, "model.onnx");
        var input = Golden.PathOf("models", "vit-v4", "expected.safetensors");
        var forward = Path.Combine(scratch.Path, "y.safetensors");
        (await Tool.RunAsync(["forward", .. Ensemble, "--input", input, "--output", forward, "-q"])).Done();
        OnnxRun.AssertClose(TensorFile.Read(forward)["logits"], OnnxRun.Run(model, Golden.Tensors(input))["logits"]);
        using var session = new InferenceSession(model);
        var notes = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal("""["dark","light"]""", notes["labels"]);
        Assert.Equal("mean_probability", notes["aggregation"]);
        Assert.Equal("[1,1]", notes["temperatures"]);
    }

    [Fact]
    public async Task Members_become_plain_models_whose_logits_are_the_rows_of_the_ensemble()
    {
        (await Tool.RunAsync(["convert", .. Ensemble, "--output", Output, "-q"])).Done();
        var run = await Tool.RunAsync(["convert", .. Ensemble, "--each", "--output", Other, "--to", "onnx", "-q"]);
        Assert.Equal(3, run.Done().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var inputs = Golden.Tensors(Golden.PathOf("models", "vit-v4", "expected.safetensors"));
        var all = OnnxRun.Run(Path.Combine(Output, "model.onnx"), inputs)["logits"];
        for (var member = 0; member < 2; member++)
        {
            OnnxRun.AssertClose(all[member], OnnxRun.Run(Path.Combine(Other, $"member-0{member}", "model.onnx"), inputs)["logits"]);
        }
    }

    [Fact]
    public async Task A_graph_whose_adapters_are_inputs_comes_with_the_adapters_to_give_it()
    {
        (await Tool.RunAsync(["convert", .. Ensemble, "--output", Output, "-q"])).Done();
        var inputs = Golden.Tensors(Golden.PathOf("models", "vit-v4", "expected.safetensors"));
        var expected = OnnxRun.Run(Path.Combine(Output, "model.onnx"), inputs)["logits"];
        (await Tool.RunAsync(["convert", .. Ensemble, "--output", Other, "--adapter-inputs", "-q"])).Done();
        var adapters = TensorFile.Read(Path.Combine(Other, "adapters.safetensors"));
        var given = inputs.Concat(adapters).DistinctBy(entry => entry.Key).ToDictionary();
        OnnxRun.AssertClose(expected, OnnxRun.Run(Path.Combine(Other, "model.onnx"), given)["logits"]);
    }

    [Fact]
    public async Task Weights_may_lie_in_a_file_of_their_own()
    {
        (await Tool.RunAsync(["convert", "--base", tiny.Base, "--output", Output, "--external-weights", "-q"])).Done();
        Assert.True(File.Exists(Path.Combine(Output, "model.onnx_data")));
        var inputs = Golden.Tensors(Golden.PathOf("models", "vit-v4", "expected.safetensors"));
        OnnxRun.AssertClose(inputs["logits"], OnnxRun.Run(Path.Combine(Output, "model.onnx"), inputs)["logits"]);
    }

    [Fact]
    public async Task Options_that_do_not_go_together_are_refused()
    {
        (await Tool.RunAsync("convert", "--base", tiny.Base, "--each", "--output", Output)).Refused(2, "--each", "--ensemble");
        (await Tool.RunAsync(["convert", .. Ensemble, "--each", "--adapter-inputs", "--output", Output])).Refused(2, "--adapter-inputs");
        (await Tool.RunAsync("convert", "--base", tiny.Base, "--to", "tflite", "--output", Output)).Refused(2, "tflite", "onnx");
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public async Task A_base_without_head_is_refused()
    {
        var run = await Tool.RunAsync("convert", "--base", Golden.Folder("models", "vit-headless"), "--output", Output);
        run.Refused(1, "no head");
    }

    [Fact]
    public async Task A_checkpoint_of_the_official_code_becomes_an_ensemble_and_goes_back_bit_by_bit()
    {
        var golden = Golden.Folder("models", "official-lora-vit");
        var (model, ensemble) = (Path.Combine(scratch.Path, "base"), Path.Combine(scratch.Path, "ensemble"));
        Directory.CreateDirectory(model);
        File.Copy(Path.Combine(golden, "config.json"), Path.Combine(model, "config.json"));
        File.Copy(Path.Combine(golden, "base.safetensors"), Path.Combine(model, "model.safetensors"));
        var labels = Path.Combine(scratch.Path, "labels.txt");
        await File.WriteAllTextAsync(labels, "a\nb\nc\nd\ne\nf\ng\n", TestContext.Current.CancellationToken);
        string[] arguments = ["convert", Path.Combine(golden, "lora_former.pt"), "--to", "ensemble", "--output", ensemble];
        (await Tool.RunAsync(arguments)).Refused(2, "--base");
        var json = (await Tool.RunAsync([.. arguments, "--base", model, "--labels", labels, "--root-adapter", "2", "--json"]))
            .Done()
            .Json();
        Assert.Equal(3, (int?)json["members"]);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(ensemble, "member-02", "adapter_model.safetensors")),
            File.ReadAllBytes(Path.Combine(ensemble, "adapter_model.safetensors"))
        );
        var input = Path.Combine(golden, "expected.safetensors");
        await AssertLogitsAsync(input, "--base", model, "--ensemble", ensemble);

        string[] of = ["--base", model, "--ensemble", ensemble];
        (await Tool.RunAsync(["convert", .. of, "--to", "official", "--output", Output, "-q"])).Done();
        var (before, after) = (
            Golden.Tensors(Path.Combine(golden, "lora_former.safetensors")),
            Golden.Tensors(Path.Combine(Output, "checkpoint.safetensors"))
        );
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, entry => Assert.True(entry.Value.bytes.SequenceEqual(after[entry.Key].bytes), entry.Key));

        var networks = Path.Combine(scratch.Path, "networks");
        (await Tool.RunAsync(["convert", .. of, "--to", "explicit", "--output", networks, "-q"])).Done();
        await AssertLogitsAsync(input, "--ensemble", networks);
        var spelled = Path.Combine(scratch.Path, "v5");
        (await Tool.RunAsync(["convert", .. of, "--to", "ensemble", "--naming", "v5", "--output", spelled, "-q"])).Done();
        await AssertLogitsAsync(input, "--base", model, "--ensemble", spelled);
    }

    [Fact]
    public async Task A_list_of_parameters_becomes_an_explicit_ensemble_and_goes_back_bit_by_bit()
    {
        var golden = Golden.Folder("models", "official-deep-ensemble");
        var ensemble = Path.Combine(scratch.Path, "ensemble");
        string[] arguments = ["convert", Path.Combine(golden, "deep_ensemble.pt"), "--to", "ensemble", "--output", ensemble];
        (await Tool.RunAsync(arguments)).Refused(1, "num_attention_heads");
        Assert.False(Directory.Exists(ensemble));
        (await Tool.RunAsync([.. arguments, "--config", Path.Combine(golden, "config.json"), "-q"])).Done();
        await AssertLogitsAsync(Path.Combine(golden, "expected.safetensors"), "--ensemble", ensemble);
        (await Tool.RunAsync("convert", "--ensemble", ensemble, "--to", "official", "--output", Output, "-q")).Done();
        var (before, after) = (
            Golden.Tensors(Path.Combine(golden, "named.safetensors")),
            Golden.Tensors(Path.Combine(Output, "checkpoint.safetensors"))
        );
        Assert.All(before, entry => Assert.True(entry.Value.bytes.SequenceEqual(after[entry.Key].bytes), entry.Key));
    }

    [Fact]
    public async Task A_checkpoint_of_torch_save_becomes_a_model_that_loads()
    {
        var golden = Golden.Folder("models", "torchvision-vit");
        var file = Path.Combine(golden, "model.pt");
        (await Tool.RunAsync("convert", file, "--to", "safetensors", "--output", Output, "-q")).Done();
        await AssertLogitsAsync(Path.Combine(golden, "expected.safetensors"), "--base", Output);
        (await Tool.RunAsync("convert", file, "--to", "safetensors", "--output", Output)).Refused(2, "not empty");
        var alone = Path.Combine(scratch.Path, "alone", "model.pt");
        Directory.CreateDirectory(Path.GetDirectoryName(alone)!);
        File.Copy(file, alone);
        var other = Path.Combine(scratch.Path, "other");
        (await Tool.RunAsync("convert", alone, "--to", "safetensors", "--output", other)).Refused(1, "num_attention_heads");
        Assert.False(Directory.Exists(other));
        var hostile = Golden.PathOf("models", "hostile-pt", "command_in_dictionary.pt");
        (await Tool.RunAsync("convert", hostile, "--to", "safetensors", "--output", other)).Refused(6, "posix.system");
    }

    [Fact]
    public async Task An_adapter_by_torch_save_becomes_one_that_loads()
    {
        var place = Directory.CreateDirectory(Path.Combine(scratch.Path, "pickled")).FullName;
        var golden = Golden.Folder("peft", "vit-r4");
        var pickle = Path.Combine(place, "adapter_model.bin");
        File.Copy(Path.Combine(golden, "member-00", "adapter_config.json"), Path.Combine(place, "adapter_config.json"));
        await File.WriteAllBytesAsync(
            pickle,
            TorchSaved.Of(Golden.Tensors(Path.Combine(golden, "member-00", "adapter_model.safetensors"))),
            TestContext.Current.CancellationToken
        );
        string[] forward =
        [
            "forward",
            "--base",
            Golden.Folder("models", "vit-v4"),
            "--input",
            Path.Combine(golden, "expected.safetensors"),
        ];
        var (one, two) = (Path.Combine(scratch.Path, "1.safetensors"), Path.Combine(scratch.Path, "2.safetensors"));
        (await Tool.RunAsync([.. forward, "--ensemble", place, "--output", one])).Refused(1, "adapter_model.bin", "--to safetensors");
        (await Tool.RunAsync("convert", pickle, "--to", "safetensors", "--output", Output, "-q")).Done();
        Assert.Equal(
            ["adapter_config.json", "adapter_model.safetensors"],
            Directory.GetFiles(Output).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)
        );
        (await Tool.RunAsync([.. forward, "--ensemble", Output, "--output", one, "-q"])).Done();
        (await Tool.RunAsync([.. forward, "--ensemble", Path.Combine(golden, "member-00"), "--output", two, "-q"])).Done();
        Assert.Equal(
            await File.ReadAllBytesAsync(one, TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(two, TestContext.Current.CancellationToken)
        );

        File.Delete(Path.Combine(place, "adapter_config.json"));
        var other = Path.Combine(scratch.Path, "other");
        (await Tool.RunAsync("convert", pickle, "--to", "safetensors", "--output", other)).Refused(1, "adapter_config.json");
        Assert.False(Directory.Exists(other));
    }

    [Fact]
    public async Task What_would_be_no_model_is_not_written()
    {
        var golden = Golden.Folder("models", "torchvision-vit");
        var (part, text) = (Path.Combine(scratch.Path, "pytorch_model-00001-of-00002.bin"), Path.Combine(scratch.Path, "config.json"));
        File.Copy(Path.Combine(golden, "model.pt"), part);
        (await Tool.RunAsync("convert", part, "--to", "safetensors", "--output", Output)).Refused(1, "one part", "00001-of-00002");
        await File.WriteAllTextAsync(text, "not json", TestContext.Current.CancellationToken);
        string[] arguments = ["convert", Path.Combine(golden, "model.pt"), "--to", "safetensors", "--output", Output, "--config", text];
        (await Tool.RunAsync(arguments)).Refused(1, "not JSON", text);
        var bare = Golden.PathOf("models", "hostile-pt", "bare_pickle.pt");
        (await Tool.RunAsync("convert", bare, "--to", "ensemble", "--base", golden, "--output", Output)).Refused(
            6,
            "no complete zip archive"
        );
        Assert.Single(Directory.GetFileSystemEntries(scratch.Path, "*", SearchOption.TopDirectoryOnly), entry => entry == part);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(scratch.Path), entry => entry.EndsWith(".part", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public async Task An_output_that_holds_something_is_refused_whatever_is_made()
    {
        Directory.CreateDirectory(Output);
        var own = Path.Combine(Output, "preprocessor_config.json");
        await File.WriteAllTextAsync(own, "mine", TestContext.Current.CancellationToken);
        foreach (var form in new[] { "onnx", "official", "explicit", "ensemble" })
        {
            (await Tool.RunAsync(["convert", .. Ensemble, "--to", form, "--output", Output])).Refused(2, "not empty");
        }

        Assert.Equal("mine", await File.ReadAllTextAsync(own, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFileSystemEntries(Output));
    }

    [Theory]
    [InlineData("--to", "official", "--each")]
    [InlineData("--to", "onnx", "--naming", "v4")]
    [InlineData("--to", "explicit", "--root-adapter", "0")]
    [InlineData("--to", "ensemble", "--labels", "labels.txt")]
    [InlineData("--to", "safetensors")]
    public async Task Options_of_another_form_are_refused(params string[] options)
    {
        (await Tool.RunAsync(["convert", .. Ensemble, .. options, "--output", Output])).Refused(
            2,
            options.Length > 2 ? options[2] : "SOURCE"
        );
        Assert.False(Directory.Exists(Output));
    }

    private async Task AssertLogitsAsync(string expected, params string[] model)
    {
        var output = Path.Combine(scratch.Path, "y.safetensors");
        (await Tool.RunAsync(["forward", .. model, "--input", expected, "--output", output, "-q"])).Done();
        var (wanted, got) = (Golden.Tensors(expected)["logits"], TensorFile.Read(output)["logits"]);
        Assert.True(
            got.view(wanted.shape).allclose(wanted, rtol: 1e-4, atol: 1e-5),
            $"{(got.view(wanted.shape) - wanted).abs().max().item<float>()}"
        );
    }
}
