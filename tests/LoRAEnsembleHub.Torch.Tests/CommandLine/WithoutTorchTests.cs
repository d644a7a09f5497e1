using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>What must work where torch's native libraries are missing, or must not spend the time of loading them.</summary>
public sealed class WithoutTorchTests
{
    [Fact]
    public async Task Help_and_inspect_work_without_the_native_libraries_and_forward_says_that_they_are_missing()
    {
        using var folder = CopyWithoutNatives();
        var place = new ToolPlace { Binaries = folder.Path };
        (await Tool.RunAsync(place, "--help")).Done();
        (await Tool.RunAsync(place, "train", "--help")).Done();
        (await Tool.RunAsync(place, "inspect", Golden.PathOf("safetensors", "valid", "mixed.safetensors"))).Done();
        (await Tool.RunAsync(place, "inspect", Golden.PathOf("models", "vit-sharded"))).Done();
        (await Tool.RunAsync(place, "inspect", Golden.PathOf("peft", "vit-r4-both"))).Done();
        (await Tool.RunAsync(place, "inspect", Path.Combine(Golden.Repository, "adapters", "datasets", "lorae", "digits"))).Done();
        var input = Golden.PathOf("models", "vit-v4", "expected.safetensors");
        var output = Path.Combine(folder.Path, "y.safetensors");
        var run = await Tool.RunAsync(place, "forward", "--base", Golden.Folder("models", "vit-v4"), "--input", input, "--output", output);
        run.Refused(1, "libLibTorchSharp.so", "was not found");
        var images = Golden.PathOf("inputs", "images");
        string[] picture = ["--config", Path.Combine(images, "configs", "deit"), Path.Combine(images, "gray.png"), "--output", output];
        (await Tool.RunAsync(place, ["preprocess", .. picture])).Refused(1, "libSkiaSharp", "was not found", "add a reference");
    }

    private static ScratchFolder CopyWithoutNatives()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Knows the libraries' names on Linux.");
        var folder = new ScratchFolder();
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        }

        return folder;
    }
}
