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
}
