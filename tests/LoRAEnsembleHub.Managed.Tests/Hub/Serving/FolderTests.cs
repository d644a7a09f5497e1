using System.Text.Json;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>A plain folder of repositories, served as it lies there.</summary>
public sealed class FolderTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_and_data_sets_are_served_without_importing()
    {
        await using var hub = await HubAsync();
        Assert.Equal("one", await hub.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        Assert.Equal("rows", await hub.Client.GetStringAsync("datasets/team/data/resolve/main/train.csv", Cancelled));
        Assert.Equal(["team/set"], Ids(await hub.JsonAsync("api/models")));
        Assert.Equal(["team/data"], Ids(await hub.JsonAsync("api/datasets")));
        var tree = await hub.JsonAsync("api/models/team/set/tree/main?recursive=true");
        Assert.Equal(["a.txt", "sub", "sub/w.safetensors"], tree.EnumerateArray().Select(entry => entry.GetProperty("path").GetString()));
        Assert.True(tree[2].TryGetProperty("lfs", out _));
    }

    [Fact]
    public async Task Equal_folders_have_equal_commits_and_it_is_gits()
    {
        await using var one = await HubAsync();
        await using var other = await HubAsync();
        var commit = await HeadAsync(one);
        Assert.Equal(commit, await HeadAsync(other));
        Assert.Equal(commit, await HeadAsync(one));
    }

    [Fact]
    public async Task A_change_on_disk_is_a_new_commit_at_the_next_request_and_back_again_the_old_one()
    {
        await using var hub = await HubAsync();
        var before = await HeadAsync(hub);
        var file = Path.Combine(hub.Plain, "team", "set", "a.txt");
        File.WriteAllText(file, "two"); // The same size.
        var after = await HeadAsync(hub);
        Assert.NotEqual(before, after);
        Assert.Equal("two", await hub.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        File.Delete(Path.Combine(hub.Plain, "team", "set", "sub", "w.safetensors"));
        Assert.Equal(2, new HashSet<string> { after, await HeadAsync(hub) }.Count);
        Put(hub.Plain, "team/set/sub/w.safetensors", "weights");
        File.WriteAllText(file, "one");
        Assert.Equal(before, await HeadAsync(hub));
    }

    [Fact]
    public async Task A_download_that_began_before_a_change_still_gets_what_has_not_changed()
    {
        await using var hub = await HubAsync();
        var before = await HeadAsync(hub);
        File.WriteAllText(Path.Combine(hub.Plain, "team", "set", "a.txt"), "two");
        Assert.NotEqual(before, await HeadAsync(hub));
        Assert.Equal("weights", await hub.Client.GetStringAsync($"team/set/resolve/{before}/sub/w.safetensors", Cancelled));
        using var changed = await hub.GetAsync($"team/set/resolve/{before}/a.txt");
        Assert.Equal(404, (await TestHub.FaultAsync(changed)).Status);
    }

    [Fact]
    public async Task Links_and_folders_of_tools_are_never_served()
    {
        await using var hub = await HubAsync();
        var set = Path.Combine(hub.Plain, "team", "set");
        Put(hub.Plain, "secret.txt", "outside");
        Put(hub.Plain, "team/set/.git/config", "x");
        Put(hub.Plain, "team/set/.cache/huggingface/x", "x");
        File.CreateSymbolicLink(Path.Combine(set, "link.txt"), Path.Combine(hub.Plain, "secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(set, "up"), hub.Plain);
        foreach (var path in new[] { "link.txt", "up/secret.txt", ".git/config", ".cache/huggingface/x", "..%2F..%2Fsecret.txt" })
        {
            using var answer = await hub.GetAsync($"team/set/resolve/main/{path}");
            Assert.Equal("EntryNotFound", (await TestHub.FaultAsync(answer)).Code);
        }
    }

    [Fact]
    public async Task A_push_to_it_is_refused_and_beside_it_taken()
    {
        await using var hub = await HubAsync();
        using var refused = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.File("a.txt", [1])]);
        var fault = await TestHub.FaultAsync(refused);
        Assert.Equal(403, fault.Status);
        Assert.Contains("plain folder", fault.Message, StringComparison.Ordinal);
        using var taken = await hub.PostAsync("api/repos/create", new { name = "set", organization = "team" });
        Assert.Equal(409, (await TestHub.FaultAsync(taken)).Status);
        Assert.Equal("one", File.ReadAllText(Path.Combine(hub.Plain, "team", "set", "a.txt")));
        await hub.CreateAsync("team/other");
        Assert.Equal(["team/other", "team/set"], Ids(await hub.JsonAsync("api/models")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_store_everything_is_read_only()
    {
        await using var hub = await HubAsync(withStore: false);
        using var answer = await hub.PostAsync("api/repos/create", new { name = "team/x" });
        Assert.Equal(403, (await TestHub.FaultAsync(answer)).Status);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_said_at_the_start()
    {
        var error = await Assert.ThrowsAsync<DirectoryNotFoundException>(() =>
            HubServer.StartAsync(new() { Folder = "/no/such" }, Cancelled)
        );
        Assert.Contains("/no/such", error.Message, StringComparison.Ordinal);
    }

    private static Task<TestHub> HubAsync(bool withStore = true) =>
        TestHub.StartAsync(
            (folder, options) =>
            {
                var plain = folder.Locate("plain");
                Put(plain, "team/set/a.txt", "one");
                Put(plain, "team/set/sub/w.safetensors", "weights");
                Put(plain, "datasets/team/data/train.csv", "rows");
                Directory.CreateDirectory(Path.Combine(plain, "team", "empty"));
                return options with { Folder = plain, Storage = withStore ? options.Storage : null };
            }
        );

    private static void Put(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static IEnumerable<string> Ids(JsonElement list) => list.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!);

    private static async Task<string> HeadAsync(TestHub hub) =>
        (await hub.JsonAsync("api/models/team/set")).GetProperty("sha").GetString()!;
}
