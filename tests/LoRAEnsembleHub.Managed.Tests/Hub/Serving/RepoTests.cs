using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>Repositories as wholes, their branches and tags, lists and pull requests.</summary>
public sealed class RepoTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_repository_has_a_first_commit_with_the_Hubs_attributes()
    {
        await using var hub = await TestHub.StartAsync();
        using var answer = await hub.PostAsync("api/repos/create", new { name = "set", organization = "team" });
        var told = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal($"{hub.Server.Address}team/set", told.GetProperty("url").GetString());
        var info = await hub.JsonAsync("api/models/team/set?blobs=true");
        Assert.Equal("team/set", info.GetProperty("id").GetString());
        Assert.Equal("team", info.GetProperty("author").GetString());
        Assert.False(info.GetProperty("private").GetBoolean());
        Assert.Equal(JsonValueKind.False, info.GetProperty("gated").ValueKind);
        var file = Assert.Single(info.GetProperty("siblings").EnumerateArray());
        Assert.Equal(".gitattributes", file.GetProperty("rfilename").GetString());
        Assert.Equal(LfsRule.DefaultText.Length, file.GetProperty("size").GetInt32());
        using var head = await hub.SendAsync(HttpMethod.Head, "api/models/team/set");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task A_repository_without_an_owner_belongs_to_the_caller_and_brings_its_files()
    {
        await using var hub = await TestHub.StartAsync();
        var body = new
        {
            name = "set",
            license = "mit",
            files = new[]
            {
                new
                {
                    path = "x.txt",
                    content = "aGk=",
                    encoding = "base64",
                },
            },
        };
        using var answer = await hub.PostAsync("api/repos/create", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("hi", await hub.Client.GetStringAsync("local/set/resolve/main/x.txt", Cancelled));
        Assert.Equal("---\nlicense: mit\n---\n", await hub.Client.GetStringAsync("local/set/resolve/main/README.md", Cancelled));
    }

    [Theory]
    [InlineData("team/set")]
    [InlineData("Team/SET")]
    public async Task A_name_that_is_taken_is_told_with_the_address(string name)
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        using var answer = await hub.PostAsync("api/repos/create", new { name });
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal($"{hub.Server.Address}{name}", body.GetProperty("url").GetString());
        Assert.NotEmpty(body.GetProperty("error").GetString()!);
    }

    [Theory]
    [InlineData("team/..", 422)]
    [InlineData("team/a--b", 422)]
    [InlineData("a/b/c", 422)]
    [InlineData("team/resolve", 400)]
    [InlineData("datasets/x", 400)]
    [InlineData("api/x", 400)]
    public async Task A_name_that_cannot_be_an_address_is_refused(string name, int status)
    {
        await using var hub = await TestHub.StartAsync();
        using var answer = await hub.PostAsync("api/repos/create", new { name });
        Assert.Equal(status, (await TestHub.FaultAsync(answer)).Status);
    }

    [Fact]
    public async Task A_moved_repository_is_found_under_both_names_and_a_deleted_one_under_none()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/old");
        await hub.CommitAsync("team/old", ("a", "1"));
        using var move = await hub.PostAsync(
            "api/repos/move",
            new
            {
                fromRepo = "team/old",
                toRepo = "team/new",
                type = "model",
            }
        );
        Assert.Equal(HttpStatusCode.OK, move.StatusCode);
        Assert.Equal("1", await hub.Client.GetStringAsync("team/new/resolve/main/a", Cancelled));
        using var old = await hub.GetAsync("team/old/resolve/main/a?download=true");
        Assert.Equal(HttpStatusCode.TemporaryRedirect, old.StatusCode);
        Assert.Equal("/team/new/resolve/main/a?download=true", old.Headers.Location!.OriginalString);
        using var api = await hub.GetAsync("api/models/team/old");
        Assert.Equal("/api/models/team/new", api.Headers.Location!.OriginalString);
        using var delete = await hub.SendAsync(
            HttpMethod.Delete,
            "api/repos/delete",
            JsonContent.Create(
                new
                {
                    name = "new",
                    organization = "team",
                    type = "model",
                }
            )
        );
        Assert.Equal(HttpStatusCode.OK, delete.StatusCode);
        foreach (var name in new[] { "old", "new" })
        {
            using var gone = await hub.GetAsync($"api/models/team/{name}");
            Assert.Equal("RepoNotFound", (await TestHub.FaultAsync(gone)).Code);
        }

        await hub.CreateAsync("team/old"); // The name is free again.
    }

    [Fact]
    public async Task Settings_change_and_are_told()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        foreach (var body in new object[] { new { visibility = "private" }, new { @private = true, gated = "manual" } })
        {
            using var answer = await hub.SendAsync(HttpMethod.Put, "api/models/team/set/settings", JsonContent.Create(body));
            Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("private").GetBoolean());
        }

        var info = await hub.JsonAsync("api/models/team/set");
        Assert.True(info.GetProperty("private").GetBoolean());
        Assert.Equal("manual", info.GetProperty("gated").GetString());
    }

    [Fact]
    public async Task Branches_come_from_any_revision_and_go_again()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var first = await hub.CommitAsync("team/set", ("a", "1"));
        var second = await hub.CommitAsync("team/set", ("a", "2"));
        using var create = await hub.PostAsync("api/models/team/set/branch/feature%2Fx", new { startingPoint = first });
        Assert.Equal(HttpStatusCode.OK, create.StatusCode);
        Assert.Equal("1", await hub.Client.GetStringAsync("team/set/resolve/feature%2Fx/a", Cancelled));
        Assert.Equal("1", await hub.Client.GetStringAsync("team/set/resolve/feature/x/a", Cancelled));
        using var again = await hub.PostAsync("api/models/team/set/branch/feature%2Fx", new { });
        Assert.Equal(409, (await TestHub.FaultAsync(again)).Status);
        using var over = await hub.PostAsync("api/models/team/set/branch/feature%2Fx", new { overwrite = true });
        Assert.Equal(HttpStatusCode.OK, over.StatusCode);
        using var inTheWay = await hub.PostAsync("api/models/team/set/branch/feature", new { });
        Assert.Equal(409, (await TestHub.FaultAsync(inTheWay)).Status);
        using var empty = await hub.PostAsync("api/models/team/set/branch/empty", new { emptyBranch = true });
        Assert.Equal(0, (await hub.JsonAsync("api/models/team/set/tree/empty")).GetArrayLength());
        var refs = await hub.JsonAsync("api/models/team/set/refs");
        Assert.Equal(
            [$"empty refs/heads/empty", $"feature/x refs/heads/feature/x", $"main refs/heads/main"],
            refs.GetProperty("branches")
                .EnumerateArray()
                .Select(entry => $"{entry.GetProperty("name").GetString()} {entry.GetProperty("ref").GetString()}")
        );
        Assert.Equal(second, refs.GetProperty("branches")[1].GetProperty("targetCommit").GetString());
        Assert.Equal(0, refs.GetProperty("converts").GetArrayLength());
        using var delete = await hub.SendAsync(HttpMethod.Delete, "api/models/team/set/branch/feature%2Fx");
        Assert.Equal(HttpStatusCode.OK, delete.StatusCode);
        using var gone = await hub.SendAsync(HttpMethod.Delete, "api/models/team/set/branch/feature%2Fx");
        Assert.Equal("RevisionNotFound", (await TestHub.FaultAsync(gone)).Code);
        using var main = await hub.SendAsync(HttpMethod.Delete, "api/models/team/set/branch/main");
        Assert.Equal(403, (await TestHub.FaultAsync(main)).Status);
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("refs%2Fheads%2Fx")]
    [InlineData("HEAD")]
    [InlineData("0123456789012345678901234567890123456789")]
    [InlineData("x.lock")]
    public async Task A_branch_name_that_means_something_else_is_refused(string name)
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        using var answer = await hub.PostAsync($"api/models/team/set/branch/{name}", new { });
        Assert.Equal(400, (await TestHub.FaultAsync(answer)).Status);
    }

    [Fact]
    public async Task A_tag_stays_where_it_was_put()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("a", "1"));
        using var create = await hub.PostAsync("api/models/team/set/tag/main", new { tag = "v1", message = "one" });
        Assert.Equal(HttpStatusCode.OK, create.StatusCode);
        await hub.CommitAsync("team/set", ("a", "2"));
        Assert.Equal("1", await hub.Client.GetStringAsync("team/set/resolve/v1/a", Cancelled));
        using var again = await hub.PostAsync("api/models/team/set/tag/main", new { tag = "v1" });
        Assert.Equal(409, (await TestHub.FaultAsync(again)).Status);
        using var delete = await hub.SendAsync(HttpMethod.Delete, "api/models/team/set/tag/v1");
        Assert.Equal(HttpStatusCode.OK, delete.StatusCode);
        using var gone = await hub.GetAsync("team/set/resolve/v1/a");
        Assert.Equal("RevisionNotFound", (await TestHub.FaultAsync(gone)).Code);
    }

    [Fact]
    public async Task A_squash_keeps_the_files_and_drops_the_history()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("a", "1"));
        await hub.CommitAsync("team/set", ("a", "2"));
        using var answer = await hub.PostAsync("api/models/team/set/super-squash/main", new { message = "all" });
        var commit = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("commitId").GetString();
        var commits = await hub.JsonAsync("api/models/team/set/commits/main");
        Assert.Equal(commit, Assert.Single(commits.EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("2", await hub.Client.GetStringAsync("team/set/resolve/main/a", Cancelled));
    }

    [Fact]
    public async Task A_pull_request_holds_its_changes_until_it_is_merged()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("a", "1"), ("b", "1"));
        using var pushed = await hub.TryCommitAsync(
            "team/set",
            [TestHub.Header("better"), TestHub.File("a", "2"u8.ToArray())],
            query: "?create_pr=1"
        );
        var told = await pushed.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.EndsWith("/team/set/discussions/1", told.GetProperty("pullRequestUrl").GetString(), StringComparison.Ordinal);
        Assert.Equal("1", await hub.Client.GetStringAsync("team/set/resolve/main/a", Cancelled));
        Assert.Equal("2", await hub.Client.GetStringAsync("team/set/resolve/refs%2Fpr%2F1/a", Cancelled));
        using var more = await hub.TryCommitAsync(
            "team/set",
            [TestHub.Header("more"), TestHub.File("c", "3"u8.ToArray())],
            "refs%2Fpr%2F1"
        );
        Assert.Equal(HttpStatusCode.OK, more.StatusCode);
        await hub.CommitAsync("team/set", ("b", "meanwhile"));
        using var merge = await hub.PostAsync("api/models/team/set/discussions/1/merge", new { });
        Assert.Equal(HttpStatusCode.OK, merge.StatusCode);
        Assert.Equal("2", await hub.Client.GetStringAsync("team/set/resolve/main/a", Cancelled));
        Assert.Equal("meanwhile", await hub.Client.GetStringAsync("team/set/resolve/main/b", Cancelled));
        Assert.Equal("3", await hub.Client.GetStringAsync("team/set/resolve/main/c", Cancelled));
        Assert.Equal("merged", (await hub.JsonAsync("api/models/team/set/discussions/1")).GetProperty("status").GetString());
        using var again = await hub.PostAsync("api/models/team/set/discussions/1/merge", new { });
        Assert.Equal(409, (await TestHub.FaultAsync(again)).Status);
        using var late = await hub.TryCommitAsync("team/set", [TestHub.Header("late"), TestHub.File("d", [1])], "refs%2Fpr%2F1");
        Assert.Equal(403, (await TestHub.FaultAsync(late)).Status);
    }

    [Fact]
    public async Task A_pull_request_that_clashes_is_not_merged()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("a", "1"));
        using var open = await hub.PostAsync(
            "api/models/team/set/discussions",
            new
            {
                title = "mine",
                description = "",
                pullRequest = true,
            }
        );
        Assert.Equal(1, (await open.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("num").GetInt32());
        using var push = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.File("a", [2])], "refs%2Fpr%2F1");
        Assert.Equal(HttpStatusCode.OK, push.StatusCode);
        var head = await hub.CommitAsync("team/set", ("a", "3"));
        using var merge = await hub.PostAsync("api/models/team/set/discussions/1/merge", new { });
        Assert.Equal(409, (await TestHub.FaultAsync(merge)).Status);
        Assert.Equal(head, (await hub.JsonAsync("api/models/team/set")).GetProperty("sha").GetString());
        using var close = await hub.PostAsync("api/models/team/set/discussions/1/status", new { status = "closed" });
        Assert.Equal(HttpStatusCode.OK, close.StatusCode);
        var list = await hub.JsonAsync("api/models/team/set/discussions?status=open");
        Assert.Equal(0, list.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Lists_are_searched_sorted_and_paged()
    {
        await using var hub = await TestHub.StartAsync();
        foreach (var name in new[] { "team/alpha", "team/beta", "other/alphabet" })
        {
            await hub.CreateAsync(name);
        }

        await hub.CommitAsync("team/alpha", ("w.safetensors", "x"));
        Assert.Equal(["other/alphabet", "team/alpha"], Ids(await hub.JsonAsync("api/models?search=ALPHA")).Order(StringComparer.Ordinal));
        Assert.Equal(["team/alpha", "team/beta"], Ids(await hub.JsonAsync("api/models?author=team")).Order(StringComparer.Ordinal));
        Assert.Equal(["team/alpha"], Ids(await hub.JsonAsync("api/models?filter=safetensors")));
        Assert.Empty(Ids(await hub.JsonAsync("api/datasets")));
        var seen = new List<string>();
        var next = "api/models?limit=1&sort=createdAt&direction=-1";
        while (next is not null)
        {
            using var answer = await hub.GetAsync(next);
            seen.AddRange(Ids(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)));
            next = Next(answer);
        }

        Assert.Equal(["other/alphabet", "team/alpha", "team/beta"], seen.Order(StringComparer.Ordinal));
        using var wrong = await hub.GetAsync("api/models?sort=beauty");
        Assert.Equal(400, (await TestHub.FaultAsync(wrong)).Status);
    }

    [Theory]
    [InlineData("api/nothing")]
    [InlineData("api/models/team/set/nothing")]
    [InlineData("api/agent-harnesses")]
    [InlineData("")]
    public async Task Any_other_address_is_a_404_that_clients_can_parse(string path)
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        using var answer = await hub.GetAsync(path);
        Assert.Equal(404, (await TestHub.FaultAsync(answer)).Status);
    }

    internal static string? Next(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("Link", out var links))
        {
            return null;
        }

        var match = System.Text.RegularExpressions.Regex.Match(links.Single(), "^<(https?://[^>]+)>; rel=\"next\"$");
        Assert.True(match.Success, links.Single());
        return match.Groups[1].Value;
    }

    private static IEnumerable<string> Ids(JsonElement list) => list.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!);
}
