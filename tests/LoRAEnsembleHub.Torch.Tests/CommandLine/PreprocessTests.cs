using LoRAEnsembleHub.Torch.Tests.Inputs;
using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class PreprocessTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    private static string Images => Golden.PathOf("inputs", "images");

    private string Output => Path.Combine(scratch.Path, "x.safetensors");

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("vit-default")]
    [InlineData("deit")]
    [InlineData("vit-32-lanczos")]
    public async Task Pixel_values_are_those_of_transformers_bit_for_bit(string config)
    {
        var expected = GoldenTensors.Load(Path.Combine(Images, config + ".safetensors"));
        // where a newer Pillow resized in the other order, nothing is expected to be equal
        string[] names =
        [
            .. expected.Names.Where(name =>
                !name.EndsWith("_u8", StringComparison.Ordinal) && !expected.Has($"{name}.horizontal_first_u8")
            ),
        ];
        string[] files = [.. names.Select(name => Path.Combine(Images, name + ".png"))];
        var run = await Tool.RunAsync(["preprocess", "--config", Path.Combine(Images, "configs", config), .. files, "--output", Output]);
        run.Done();
        var written = GoldenTensors.Load(Output);
        var length = expected.Floats(names[0]).Length;
        Assert.Equal([names.Length, .. expected.Shape(names[0])], written.Shape("pixel_values"));
        for (var index = 0; index < names.Length; index++)
        {
            Assert.True(
                expected.Floats(names[index]).SequenceEqual(written.Floats("pixel_values").Slice(index * length, length)),
                names[index]
            );
        }
    }

    [Fact]
    public async Task What_was_done_to_a_picture_is_said_on_standard_error()
    {
        var turned = Path.Combine(Images, "orientation", "jpeg-6.jpg");
        string[] arguments = ["preprocess", "--config", Path.Combine(Images, "configs", "vit-default"), "--output", Output];
        var run = (await Tool.RunAsync([.. arguments, Path.Combine(Images, "gray.png"), Path.Combine(Images, "alpha.png"), turned])).Done();
        Assert.Contains("gray.png: grey repeated", run.Errors, StringComparison.Ordinal);
        Assert.Contains("alpha.png: transparency dropped", run.Errors, StringComparison.Ordinal);
        Assert.Contains("EXIF orientation 6 not applied", run.Errors, StringComparison.Ordinal);
        var stored = await File.ReadAllBytesAsync(Output, TestContext.Current.CancellationToken);
        Assert.Contains(
            "EXIF orientation 6 applied",
            (await Tool.RunAsync([.. arguments, turned, "--upright"])).Done().Errors,
            StringComparison.Ordinal
        );
        Assert.NotEqual(stored, await File.ReadAllBytesAsync(Output, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_picture_or_config_is_not_written_over()
    {
        var picture = Path.Combine(scratch.Path, "a.png");
        TinyBase.WritePng(picture, 10);
        var config = Path.Combine(scratch.Path, "preprocessor_config.json");
        File.Copy(Path.Combine(Images, "configs", "vit-32-lanczos", "preprocessor_config.json"), config);
        foreach (var file in new[] { picture, config })
        {
            var before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            (await Tool.RunAsync("preprocess", "--config", config, picture, "--output", file)).Refused(2, "--output", "also read");
            Assert.Equal(before, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Folders_and_patterns_give_their_pictures_in_the_order_of_names()
    {
        var folder = Path.Combine(scratch.Path, "pictures");
        TinyBase.WritePng(Path.Combine(folder, "b.png"), 10);
        TinyBase.WritePng(Path.Combine(folder, "a.png"), 20);
        TinyBase.WritePng(Path.Combine(folder, "deep", "c.png"), 30);
        string[] arguments = ["preprocess", "--config", Path.Combine(Images, "configs", "vit-32-lanczos"), "--output", Output, "--json"];
        var place = new ToolPlace { Folder = scratch.Path };
        async Task<string[]> Found(params string[] inputs) =>
            [
                .. (await Tool.RunAsync(place, [.. arguments, .. inputs])).Done().Json()["inputs"]!
                    .AsArray()
                    .Select(file => (string)file!["input"]!),
            ];
        string Under(params string[] parts) => Path.Combine([.. parts]);
        Assert.Equal([Under("pictures", "a.png"), Under("pictures", "b.png")], await Found("pictures"));
        Assert.Equal([Under("pictures", "b.png")], await Found("pict*/b.*"));
        Assert.Equal(
            [Under("pictures", "a.png"), Under("pictures", "b.png"), Under("pictures", "deep", "c.png")],
            await Found("pictures/**/*.png")
        );
    }

    [Fact]
    public async Task Pictures_of_different_sizes_that_are_not_resized_are_refused()
    {
        var config = Path.Combine(Images, "configs", "vit-no-resize");
        string[] files = [Path.Combine(Images, "tall.png"), Path.Combine(Images, "one-pixel.png")];
        (await Tool.RunAsync(["preprocess", "--config", config, .. files, "--output", Output])).Refused(1, "one-pixel.png", "one size");
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task A_picture_that_is_not_there_ends_with_3()
    {
        var config = Path.Combine(Images, "configs", "vit-default");
        (await Tool.RunAsync("preprocess", "--config", config, "no-such.png", "--output", Output)).Refused(3, "no-such.png");
        (await Tool.RunAsync("preprocess", "--config", config, "no-such-*.png", "--output", Output)).Refused(3, "no-such-*.png");
    }

    [Fact]
    public async Task A_file_that_is_no_picture_is_refused_by_name()
    {
        var config = Path.Combine(Images, "configs", "vit-default");
        var file = Path.Combine(Images, "README.md");
        (await Tool.RunAsync("preprocess", "--config", config, file, "--output", Output)).Refused(6, "README.md", "not a readable");
        Assert.False(File.Exists(Output));
    }
}
