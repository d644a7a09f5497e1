using System.Globalization;
using System.Text.RegularExpressions;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Managed.Tests.Hub.Cache;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>What the client's own pulls leave is, path by path and byte by byte, what huggingface_hub left of the same repository.</summary>
public sealed partial class GoldenPulls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_every_pull_the_cache_is_what_huggingface_hub_leaves()
    {
        await using var hub = new GoldenHub();
        using var bench = new HubBench(hub.Server.Address);
        await PullAsync(bench, new() { Files = ["config.json"] });
        Same(bench.Cache, "download one small file of main");
        await PullAsync(bench, new() { Files = ["member-00/adapter_model.safetensors"] });
        Same(bench.Cache, "download one LFS file with a token");
        var missing = await Assert.ThrowsAsync<HubException>(() => PullAsync(bench, new() { Files = ["nope.json"] }));
        Assert.Equal(HubErrorKind.EntryNotFound, missing.Kind);
        Same(bench.Cache, "download a missing file");
        await PullAsync(bench, new());
        Same(bench.Cache, "snapshot of main");
        hub.Main = TestCache.Second;
        await PullAsync(bench, new());
        Same(bench.Cache, "snapshot of main after a second commit");
        await PullAsync(bench, new());
        Same(bench.Cache, "snapshot of main after a second commit");
    }

    [Fact]
    public async Task A_commit_by_patterns_a_pull_request_and_a_data_set_are_kept_as_huggingface_hub_keeps_them()
    {
        await using var hub = new GoldenHub { Main = TestCache.Second };
        using var one = new HubBench(hub.Server.Address);
        await PullAsync(one, new() { Revision = Revision.Parse(TestCache.First.Hex), Patterns = new(["*.safetensors"]) });
        Same(one.Cache, "snapshot of the first commit with patterns");
        using var two = new HubBench(hub.Server.Address);
        await PullAsync(two, new() { Revision = Revision.Parse("refs/pr/1"), Files = ["README.md"] });
        Same(two.Cache, "download from a pull request");
        using var three = new HubBench(hub.Server.Address);
        await three.Client.PullAsync(RepoId.Parse("team/set", RepoType.Dataset), new() { Files = ["README.md"] }, null, Cancel);
        Same(three.Cache, "download from a data set");
    }

    [Theory]
    [InlineData(null, "snapshot to a local folder")]
    [InlineData("extra/notes.txt", "download one file to a local folder")]
    public async Task A_local_folder_is_what_huggingface_hub_leaves(string? file, string step)
    {
        await using var hub = new GoldenHub { Main = TestCache.Second };
        using var bench = new HubBench(hub.Server.Address);
        var folder = Path.Combine(bench.FullPath, "set");
        await PullAsync(bench, new() { LocalFolder = folder, Files = file is null ? null : [file] });
        Same(folder, step);
    }

    private static Task<Snapshot> PullAsync(HubBench bench, PullOptions pull) => bench.Client.PullAsync(TestCache.Set, pull, null, Cancel);

    private static void Same(string folder, string step)
    {
        var found = TestCache.Listing(folder);
        foreach (var record in found.Keys.Where(name => name.EndsWith(".metadata", StringComparison.Ordinal)).ToArray())
        {
            var text = File.ReadAllText(Path.Combine(folder, record));
            var time = UnixTime().Match(text);
            Assert.True(double.Parse(time.Value, CultureInfo.InvariantCulture) > 0);
            found[record] = "text " + text[..time.Index] + "{unix time}\n";
        }

        Assert.Equal(
            TestCache.After(step).OrderBy(pair => pair.Key, StringComparer.Ordinal),
            found.OrderBy(pair => pair.Key, StringComparer.Ordinal)
        );
    }

    [GeneratedRegex(@"[0-9.]+\n$")]
    private static partial Regex UnixTime();
}
