using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>Listings, in all the ways that clients ask for them.</summary>
public sealed class TreeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listing_has_direct_children_or_everything()
    {
        await using var hub = await HubAsync();
        Assert.Equal(["b", "c.txt"], Paths(await hub.JsonAsync("api/models/team/set/tree/main")));
        Assert.Equal(["b", "b/d", "b/d/e", "b/f", "c.txt"], Paths(await hub.JsonAsync("api/models/team/set/tree/main?recursive=True")));
        Assert.Equal(["b/d", "b/f"], Paths(await hub.JsonAsync("api/models/team/set/tree/main/b")));
        Assert.Equal(["b/d/e"], Paths(await hub.JsonAsync("api/models/team/set/tree/main/b%2Fd?recursive=true")));
        Assert.Equal(["b/d/e"], Paths(await hub.JsonAsync("api/models/team/set/tree/main/b/d/")));
        var entries = await hub.JsonAsync("api/models/team/set/tree/main");
        Assert.Equal("directory", entries[0].GetProperty("type").GetString());
        Assert.Equal("file", entries[1].GetProperty("type").GetString());
        Assert.Matches("^[0-9a-f]{40}$", entries[0].GetProperty("oid").GetString());
        Assert.Equal(1, entries[1].GetProperty("size").GetInt64());
    }

    [Theory]
    [InlineData("main/additional_chat_templates", "EntryNotFound")]
    [InlineData("nope", "RevisionNotFound")]
    public async Task What_is_missing_is_told_apart(string path, string code)
    {
        await using var hub = await HubAsync();
        using var answer = await hub.GetAsync($"api/models/team/set/tree/{path}?recursive=true");
        var fault = await TestHub.FaultAsync(answer);
        Assert.Equal((404, code), (fault.Status, fault.Code));
    }

    [Fact]
    public async Task Pages_are_of_one_commit_although_the_branch_moves_and_their_links_are_absolute()
    {
        await using var hub = await HubAsync();
        var seen = new List<string>();
        var next = "api/models/team/set/tree/main?recursive=true&limit=2";
        while (next is not null)
        {
            using var answer = await hub.GetAsync(next);
            seen.AddRange(Paths(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)));
            next = RepoTests.Next(answer);
            await hub.CommitAsync("team/set", ($"0-{seen.Count}", "new files come first"));
        }

        Assert.Equal(["b", "b/d", "b/d/e", "b/f", "c.txt"], seen);
        using var forged = await hub.GetAsync("api/models/team/set/tree/main?cursor=%25%25");
        Assert.Equal(400, (await TestHub.FaultAsync(forged)).Status);
    }

    [Fact]
    public async Task Behind_a_prefix_links_lead_back_through_it()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { PathPrefix = "/hub" });
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("a", "1"), ("b", "1"));
        Assert.EndsWith("/hub/", hub.Server.Address.AbsoluteUri, StringComparison.Ordinal);
        using var answer = await hub.GetAsync("api/models/team/set/tree/main?limit=1");
        var next = RepoTests.Next(answer);
        Assert.StartsWith(hub.Server.Address + "api/models/team/set/tree/main?", next, StringComparison.Ordinal);
        using var second = await hub.GetAsync(next!);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task A_public_address_stands_in_every_link()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { PublicUrl = new("https://hub.example.org/models/") });
        using var answer = await hub.PostAsync("api/repos/create", new { name = "team/set" });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal("https://hub.example.org/models/team/set", body.GetProperty("url").GetString());
    }

    [Fact]
    public async Task Expanded_entries_name_the_commit_that_changed_them_last()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var one = await hub.CommitAsync("team/set", ("a", "1"), ("f/x", "1"));
        var two = await hub.CommitAsync("team/set", ("f/y", "2"));
        var three = await hub.CommitAsync("team/set", ("a", "3"));
        var tree = await hub.JsonAsync("api/models/team/set/tree/main?recursive=true&expand=true");
        Assert.Equal(
            new Dictionary<string, string?>
            {
                [".gitattributes"] = "initial commit",
                ["a"] = three,
                ["f"] = two,
                ["f/x"] = one,
                ["f/y"] = two,
            },
            tree.EnumerateArray()
                .ToDictionary(
                    entry => entry.GetProperty("path").GetString()!,
                    entry =>
                        entry.GetProperty("lastCommit") is var commit && commit.GetProperty("title").GetString() == "initial commit"
                            ? "initial commit"
                            : commit.GetProperty("id").GetString()
                )
        );
    }

    [Fact]
    public async Task Paths_are_described_by_form_and_by_JSON_and_missing_ones_left_out()
    {
        await using var hub = await HubAsync();
        var form = new FormUrlEncodedContent([
            new("paths", "c.txt"),
            new("paths", "b"),
            new("paths", "nope"),
            new("paths", "../c.txt"),
            new("expand", "True"),
        ]);
        using var byForm = await hub.SendAsync(HttpMethod.Post, "api/models/team/set/paths-info/main", form);
        var told = await byForm.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal(["c.txt", "b"], Paths(told));
        Assert.True(told[0].TryGetProperty("lastCommit", out _));
        using var byJson = await hub.PostAsync("api/models/team/set/paths-info/main", new { paths = onePath, expand = false });
        Assert.Equal(["b/f"], Paths(await byJson.Content.ReadFromJsonAsync<JsonElement>(Cancelled)));
        using var many = await hub.PostAsync(
            "api/models/team/set/paths-info/main",
            new { paths = Enumerable.Range(0, 1001).Select(number => $"{number}") }
        );
        Assert.Equal(413, (await TestHub.FaultAsync(many)).Status);
    }

    [Fact]
    public async Task Commits_are_counted_and_paged()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        for (var number = 0; number < 4; number++)
        {
            await hub.CommitAsync("team/set", ("a", $"{number}"));
        }

        using var one = await hub.GetAsync("api/models/team/set/commits/main?limit=1");
        Assert.Equal("5", Assert.Single(one.Headers.GetValues("X-Total-Count")));
        var total = 0;
        var next = "api/models/team/set/commits/main?limit=2&expand%5B%5D=formatted";
        while (next is not null)
        {
            using var answer = await hub.GetAsync(next);
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
            total += page.GetArrayLength();
            Assert.Equal("local", page[0].GetProperty("authors")[0].GetProperty("user").GetString());
            Assert.True(page[0].TryGetProperty("formatted", out _));
            next = RepoTests.Next(answer);
        }

        Assert.Equal(5, total);
        Assert.Equal(1, (await hub.JsonAsync("api/models/team/set/treesize/main")).GetProperty("size").GetInt64() - AttributesSize);
    }

    private static readonly string[] onePath = ["b/f"];
    private static readonly string[] files = ["b/d/e", "b/f", "c.txt"];

    private static int AttributesSize => LoRAEnsembleHub.Hub.Serving.LfsRule.DefaultText.Length;

    private static async Task<TestHub> HubAsync()
    {
        var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var lines = files.Select(path => TestHub.File(path, [1]));
        var delete = TestHub.Line("deletedFile", new { path = ".gitattributes" });
        using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("files"), .. lines, delete]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return hub;
    }

    private static IEnumerable<string> Paths(JsonElement list) =>
        list.EnumerateArray().Select(entry => entry.GetProperty("path").GetString()!);
}
