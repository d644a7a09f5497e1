using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class ForwardTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    private string Output => Path.Combine(scratch.Path, "made", "y.safetensors");

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("vit-v4")]
    [InlineData("vit-v5")]
    [InlineData("vit-sharded")]
    [InlineData("vit-headless")]
    [InlineData("vit-interpolate")]
    [InlineData("deit-teacher")]
    [InlineData("timm-vit")]
    [InlineData("torchvision-vit")]
    [InlineData("ast-v5")]
    [InlineData("bert-legacy")]
    public async Task Golden_outputs_come_out_of_files(string name)
    {
        var folder = Golden.Folder("models", name);
        var expected = Path.Combine(folder, "expected.safetensors");
        var facts = Golden.Case(folder);
        string[] interpolate = (bool?)facts["call"]?["interpolate_pos_encoding"] ?? false ? ["--interpolate-pos-encoding"] : [];
        var run = await Tool.RunAsync([
            "forward",
            "--base",
            folder,
            "--input",
            expected,
            "--output",
            Output,
            "--hidden-states",
            .. interpolate,
        ]);
        run.Done();
        var (wanted, written) = (Golden.Tensors(expected), Golden.Tensors(Output));
        foreach (var (key, tensor) in wanted.Where(entry => !Golden.InputNames.Contains(entry.Key)))
        {
            Golden.AssertClose(tensor, written[key], facts["tolerance"]!, $"{name} {key}");
        }
    }

    [Theory]
    [InlineData("vit-r4", null)]
    [InlineData("vit-r4-both", "1")]
    [InlineData("vit-patterns", "2")]
    [InlineData("vit-rslora", null)]
    [InlineData("deit-r4-v5", null)]
    [InlineData("ast-r4-both", "2")]
    [InlineData("bert-r4", "1")]
    public async Task Golden_members_come_out_of_files_whatever_the_chunk(string name, string? memberChunk)
    {
        var folder = Golden.Folder("peft", name);
        var facts = Golden.Case(folder);
        var expected = Path.Combine(folder, "expected.safetensors");
        var run = await Tool.RunAsync([
            "forward",
            "--base",
            Golden.Folder("", (string)facts["base"]!),
            "--ensemble",
            folder,
            "--input",
            expected,
            "--output",
            Output,
            "--json",
            .. memberChunk is null ? Array.Empty<string>() : ["--member-chunk", memberChunk],
        ]);
        var json = run.Done().Json();
        Assert.Equal((int)facts["members"]!, (int?)json["members"]);
        Assert.Equal("logits", (string?)json["tensors"]![0]!["name"]);
        Golden.AssertClose(Golden.Tensors(expected)["logits"], Golden.Tensors(Output)["logits"], facts["tolerance"]!, name);
    }

    [Theory]
    [InlineData("vit-dora", "use_dora")]
    [InlineData("vit-not-finite", "NaN or infinite")]
    [InlineData("vit-twins-differ", "two spellings")]
    [InlineData("vit-wrong-rank", "rank")]
    public async Task An_adapter_that_cannot_be_computed_is_refused_by_name_and_nothing_is_written(string name, string cause)
    {
        var input = Golden.PathOf("models", "vit-v4", "expected.safetensors");
        var run = await Tool.RunAsync(
            "forward",
            "--base",
            Golden.Folder("models", "vit-v4"),
            "--ensemble",
            Golden.Folder("peft", name),
            "--input",
            input,
            "--output",
            Output
        );
        run.Refused(1, cause, Path.Combine(name, "member-00"));
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task A_file_without_the_needed_input_is_refused_with_what_is_needed_and_what_is_there()
    {
        var input = Golden.PathOf("peft", "vit-r4", "member-00", "adapter_model.safetensors");
        var run = await Tool.RunAsync("forward", "--base", Golden.Folder("models", "vit-v4"), "--input", input, "--output", Output);
        run.Refused(1, "pixel_values", "base_model.model.classifier.bias");
    }

    [Fact]
    public async Task A_malformed_input_ends_with_6()
    {
        var input = Golden.PathOf("safetensors", "malformed", "overlap.safetensors");
        var run = await Tool.RunAsync("forward", "--base", Golden.Folder("models", "vit-v4"), "--input", input, "--output", Output);
        run.Refused(6, "overlap");
    }

    [Fact]
    public async Task The_input_is_not_written_over()
    {
        var folder = Golden.Folder("models", "vit-v4");
        var input = Path.Combine(scratch.Path, "x.safetensors");
        File.Copy(Path.Combine(folder, "expected.safetensors"), input);
        var before = await File.ReadAllBytesAsync(input, TestContext.Current.CancellationToken);
        var same = Path.Combine(scratch.Path, ".", "x.safetensors");
        (await Tool.RunAsync("forward", "--base", folder, "--input", input, "--output", same)).Refused(2, "--output", "also read");
        Assert.Equal(before, await File.ReadAllBytesAsync(input, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Half_precision_is_near_the_golden_logits()
    {
        var folder = Golden.Folder("models", "vit-v4");
        var expected = Path.Combine(folder, "expected.safetensors");
        (await Tool.RunAsync("forward", "--base", folder, "--input", expected, "--output", Output, "--dtype", "bf16", "-q")).Done();
        var difference = (Golden.Tensors(expected)["logits"] - Golden.Tensors(Output)["logits"]).abs().max().item<float>();
        Assert.InRange(difference, 1e-5, 0.2); // not the same numbers, or the option would do nothing
    }

    [Fact]
    public async Task Numbers_that_are_none_are_told_of()
    {
        var folder = Golden.Folder("models", "vit-v4");
        var source = Path.Combine(scratch.Path, "x.safetensors");
        var pixels = Golden.Tensors(Path.Combine(folder, "expected.safetensors"))["pixel_values"].clone();
        pixels[0, 0, 0, 0] = float.NaN;
        await TensorFile.WriteAsync(
            source,
            new Dictionary<string, TorchSharp.torch.Tensor> { ["pixel_values"] = pixels },
            null,
            TestContext.Current.CancellationToken
        );
        var run = (await Tool.RunAsync("forward", "--base", folder, "--input", source, "--output", Output)).Done();
        Assert.Contains("NaN or infinite numbers in logits", run.Errors, StringComparison.Ordinal);
    }
}
