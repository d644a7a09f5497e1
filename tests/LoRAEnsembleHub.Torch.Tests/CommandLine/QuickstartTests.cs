using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class QuickstartTests
{
    [Fact]
    public async Task It_goes_from_loading_to_a_page_with_pictures()
    {
        using var scratch = new ScratchFolder();
        var root = Path.Combine(scratch.Path, "adapters");
        var place = new ToolPlace { Folder = Path.Combine(root, "lorae") };
        var repository = Path.Combine(Golden.Repository, "adapters");
        FolderCopy.Make(Path.Combine(repository, "lorae", "vit-glyphs-small"), Path.Combine(root, "lorae", "vit-glyphs-small"));
        FolderCopy.Make(Path.Combine(repository, "datasets"), Path.Combine(root, "datasets"));
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

        var json = (await Tool.RunAsync(place, "quickstart", "--limit", "16", "--report", "page.html", "--cache-dir", "cache", "--json"))
            .Done()
            .Json();
        Assert.Equal(8, json["images"]!.AsArray().Count);
        Assert.Equal(6, json["pulled"]!["repositories"]!.AsArray().Count);
        Assert.All(
            json["pulled"]!["repositories"]!.AsArray(),
            one => Assert.InRange((long)one!["fetched_bytes"]!, 1, (long)one["bytes"]!) // Files of equal content are fetched once.
        );
        Assert.StartsWith(Path.Combine(place.Folder, "cache"), (string?)json["base"], StringComparison.Ordinal);
        Assert.Equal(104, (int)json["load"]!["mapped_tensors"]!);
        Assert.Equal("digits/test", (string?)json["swapped_data"]);
        Assert.Equal(16, (int)json["summary"]!["examples"]!);
        Assert.InRange((double)json["unfamiliar"]!["separation"]!["mutual_information"]!["auroc"]!, 0, 1);
        var page = await File.ReadAllTextAsync(Path.Combine(place.Folder, "page.html"), TestContext.Current.CancellationToken);
        Assert.Equal(16, page.Split("data:image/png;base64,").Length - 1);
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", page);

        var again = (await Tool.RunAsync(place, "quickstart", "--limit", "16", "--cache-dir", "cache", "--json")).Done().Json();
        Assert.All(again["pulled"]!["repositories"]!.AsArray(), one => Assert.Equal(0, (long)one!["fetched_bytes"]!));
        Assert.Equal(json["summary"]!.ToJsonString(), again["summary"]!.ToJsonString());
    }

    [Fact]
    public async Task Outside_the_repository_it_says_what_to_do()
    {
        using var scratch = new ScratchFolder();
        (await Tool.RunAsync(new ToolPlace { Folder = scratch.Path }, "quickstart")).Refused(3, "adapters/lorae", "--adapters");
    }
}
