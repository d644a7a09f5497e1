using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Torch.Tests.Onnx;
using LoRAEnsembleHub.Weights;
using Microsoft.ML.OnnxRuntime;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class ConvertTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

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
        var run = await Tool.RunAsync(["convert", .. Ensemble, "--each", "--output", Output, "--to", "onnx", "-q"]);
        Assert.Equal(3, run.Done().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var inputs = Golden.Tensors(Golden.PathOf("models", "vit-v4", "expected.safetensors"));
        var all = OnnxRun.Run(Path.Combine(Output, "model.onnx"), inputs)["logits"];
        for (var member = 0; member < 2; member++)
        {
            OnnxRun.AssertClose(all[member], OnnxRun.Run(Path.Combine(Output, $"member-0{member}", "model.onnx"), inputs)["logits"]);
        }
    }

    [Fact]
    public async Task A_graph_whose_adapters_are_inputs_comes_with_the_adapters_to_give_it()
    {
        (await Tool.RunAsync(["convert", .. Ensemble, "--output", Output, "-q"])).Done();
        var inputs = Golden.Tensors(Golden.PathOf("models", "vit-v4", "expected.safetensors"));
        var expected = OnnxRun.Run(Path.Combine(Output, "model.onnx"), inputs)["logits"];
        (await Tool.RunAsync(["convert", .. Ensemble, "--output", Output, "--adapter-inputs", "-q"])).Done();
        var adapters = TensorFile.Read(Path.Combine(Output, "adapters.safetensors"));
        var given = inputs.Concat(adapters).DistinctBy(entry => entry.Key).ToDictionary();
        OnnxRun.AssertClose(expected, OnnxRun.Run(Path.Combine(Output, "model.onnx"), given)["logits"]);
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
