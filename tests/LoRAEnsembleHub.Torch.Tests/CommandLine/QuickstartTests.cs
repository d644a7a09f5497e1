using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class QuickstartTests
{
    [Fact]
    public async Task It_goes_from_loading_to_a_page_with_pictures()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Stands in for the repository's folder by symbolic links.");
        using var scratch = new ScratchFolder();
        var root = Path.Combine(scratch.Path, "adapters");
        var place = new ToolPlace { Folder = Directory.CreateDirectory(Path.Combine(root, "lorae")).FullName };
        var repository = Path.Combine(Golden.Repository, "adapters");
        Directory.CreateSymbolicLink(
            Path.Combine(root, "lorae", "vit-glyphs-small"),
            Path.Combine(repository, "lorae", "vit-glyphs-small")
        );
        Directory.CreateSymbolicLink(Path.Combine(root, "datasets"), Path.Combine(repository, "datasets"));
        foreach (var data in new[] { "fashion-mnist", "digits" })
        {
            string[] arguments =
            [
                .. "train --base vit-glyphs-small --members 2 --rank 2 --steps 2 --batch-size 8 --warmup-steps 0 --test-split none".Split(
                    ' '
                ),
                "--data",
                $"../datasets/lorae/{data}",
                "--output",
                $"some-{data}-ensemble",
            ];
            (await Tool.RunAsync(place, arguments)).Done();
        }

        var json = (await Tool.RunAsync(place, "quickstart", "--limit", "16", "--report", "page.html", "--json")).Done().Json();
        Assert.Equal(8, json["images"]!.AsArray().Count);
        Assert.Equal(104, (int)json["load"]!["mapped_tensors"]!);
        Assert.Equal("digits/test", (string?)json["swapped_data"]);
        Assert.Equal(16, (int)json["summary"]!["examples"]!);
        Assert.InRange((double)json["unfamiliar"]!["separation"]!["mutual_information"]!["auroc"]!, 0, 1);
        var page = await File.ReadAllTextAsync(Path.Combine(place.Folder, "page.html"), TestContext.Current.CancellationToken);
        Assert.Equal(16, page.Split("data:image/png;base64,").Length - 1);
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", page);
    }

    [Fact]
    public async Task Outside_the_repository_it_says_what_to_do()
    {
        using var scratch = new ScratchFolder();
        (await Tool.RunAsync(new ToolPlace { Folder = scratch.Path }, "quickstart")).Refused(3, "adapters/lorae", "--adapters");
    }
}
