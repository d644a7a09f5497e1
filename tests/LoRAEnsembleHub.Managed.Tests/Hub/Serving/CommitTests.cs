using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>Pushing: what is taken, what is refused, and that a refused commit changes nothing.</summary>
public sealed class CommitTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_puts_files_and_moves_the_branch()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var first = await hub.JsonAsync("api/models/team/set");
        using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("one"), TestHub.File("a/b.txt", [1, 2, 3])]);
        var told = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        var commit = told.GetProperty("commitOid").GetString();
        Assert.True(told.GetProperty("success").GetBoolean());
        Assert.Equal($"{hub.Server.Address}team/set/commit/{commit}", told.GetProperty("commitUrl").GetString());
        Assert.Equal(commit, (await hub.JsonAsync("api/models/team/set")).GetProperty("sha").GetString());
        Assert.Equal([1, 2, 3], await hub.Client.GetByteArrayAsync("team/set/resolve/main/a/b.txt", Cancelled));
        var commits = await hub.JsonAsync("api/models/team/set/commits/main");
        Assert.Equal(["one", "initial commit"], commits.EnumerateArray().Select(entry => entry.GetProperty("title").GetString()));
        Assert.Equal(first.GetProperty("sha").GetString(), commits[1].GetProperty("id").GetString());
    }

    [Fact]
    public async Task The_same_files_again_make_no_commit()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        Assert.Equal(await hub.CommitAsync("team/set", ("a", "1")), await hub.CommitAsync("team/set", ("a", "1")));
    }

    [Fact]
    public async Task A_commit_on_a_branch_that_has_moved_is_refused()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var parent = await hub.CommitAsync("team/set", ("a", "1"));
        var head = await hub.CommitAsync("team/set", ("a", "2"));
        using var late = await hub.TryCommitAsync("team/set", [TestHub.Header("late", parent), TestHub.File("b", [1])]);
        Assert.Equal(412, (await TestHub.FaultAsync(late)).Status);
        Assert.Equal(head, await HeadAsync(hub));
        using var good = await hub.TryCommitAsync("team/set", [TestHub.Header("good", head[..7]), TestHub.File("b", [1])]);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task Of_many_commits_at_once_with_one_parent_one_wins()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var parent = await hub.CommitAsync("team/set", ("a", "1"));
        var tries = Enumerable
            .Range(0, 12)
            .Select(async number =>
            {
                using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("x", parent), TestHub.File("n", [(byte)number])]);
                return answer.StatusCode;
            });
        var statuses = await Task.WhenAll(tries);
        Assert.Equal(1, statuses.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(11, statuses.Count(status => status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task Commits_at_once_without_a_parent_all_count()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => hub.CommitAsync("team/set", ($"file-{number}", "x"))));
        var tree = await hub.JsonAsync("api/models/team/set/tree/main");
        Assert.Equal(
            12,
            tree.EnumerateArray().Count(entry => entry.GetProperty("path").GetString()!.StartsWith("file-", StringComparison.Ordinal))
        );
        Assert.Equal(13, (await hub.JsonAsync("api/models/team/set/commits/main")).GetArrayLength());
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData(".git/config")]
    [InlineData("sub/.GIT/hooks/post-commit")]
    [InlineData("a\\b")]
    [InlineData("c:evil")]
    [InlineData("con.txt")]
    [InlineData("dot.")]
    [InlineData("tab\tname")]
    [InlineData("")]
    [InlineData("keep/inside")] // keep is a file
    [InlineData("folder")] // folder is a folder
    [InlineData("KEEP")] // differs only in case
    public async Task A_name_that_could_not_be_pulled_everywhere_is_refused(string path)
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var head = await hub.CommitAsync("team/set", ("keep", "1"), ("folder/x", "2"));
        using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.File("good", [1]), TestHub.File(path, [1])]);
        Assert.Equal(422, (await TestHub.FaultAsync(answer)).Status);
        Assert.Equal(head, await HeadAsync(hub));
    }

    [Fact]
    public async Task Deletions_come_before_additions_and_take_folders_whole()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("old/a", "1"), ("old/b", "2"), ("gone", "3"));
        using var answer = await hub.TryCommitAsync(
            "team/set",
            [
                TestHub.Header("mixed"),
                TestHub.File("old/c", [1]),
                TestHub.Line("deletedFolder", new { path = "old/" }),
                TestHub.Line("deletedFile", new { path = "gone" }),
            ]
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var tree = await hub.JsonAsync("api/models/team/set/tree/main?recursive=true");
        Assert.Equal([".gitattributes", "old", "old/c"], tree.EnumerateArray().Select(entry => entry.GetProperty("path").GetString()));
    }

    [Theory]
    [InlineData("deletedFile")]
    [InlineData("deletedFolder")]
    public async Task Deleting_what_is_not_there_is_an_error_of_its_own(string key)
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.Line(key, new { path = "nope" })]);
        Assert.Equal((404, "EntryNotFound"), (await TestHub.FaultAsync(answer)) is var fault ? (fault.Status, fault.Code) : default);
    }

    [Fact]
    public async Task A_large_file_must_be_stored_first_and_be_of_the_size_told()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { RegularBelowBytes = 0 });
        await hub.CreateAsync("team/set");
        const string oid = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        object Value(long size) =>
            new
            {
                path = "b.bin",
                algo = "sha256",
                oid,
                size,
            };
        using var missing = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.Line("lfsFile", Value(5))]);
        Assert.Equal(400, (await TestHub.FaultAsync(missing)).Status);

        // A client that cannot do better sends even large files inline; then another may name the content.
        await hub.CommitAsync("team/set", ("a.bin", "hello"));
        using var wrong = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.Line("lfsFile", Value(6))]);
        Assert.Equal(400, (await TestHub.FaultAsync(wrong)).Status);
        using var right = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.Line("lfsFile", Value(5))]);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal("hello", await hub.Client.GetStringAsync("team/set/resolve/main/b.bin", Cancelled));
    }

    [Theory]
    [InlineData("""{"key":"file","value":{"path":"a","content":"####","encoding":"base64"}}""")]
    [InlineData("""{"key":"file","value":{"path":"a","content":"aGk","encoding":"base64"}}""")]
    [InlineData("""{"key":"file","value":{"path":"a","content":"a=Gk","encoding":"base64"}}""")]
    [InlineData("""{"key":"file","value":{"path":"a","content":"aGk=","encoding":"rot13"}}""")]
    [InlineData("""{"key":"file","value":{"path":"a"}}""")]
    [InlineData("""{"key":"file","value":{"path":"half a pair \ud800","content":"aGk="}}""")]
    [InlineData("""{"key":"lfsFile","value":{"path":"a","algo":"md5","oid":"00"}}""")]
    [InlineData("""{"key":"somethingElse","value":{"path":"a"}}""")]
    [InlineData("""{"key":"header","value":{"summary":"twice"}}""")]
    public async Task A_line_that_makes_no_sense_refuses_the_commit(string line)
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var head = await HeadAsync(hub);
        using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.File("good", [1]), line]);
        Assert.Equal(400, (await TestHub.FaultAsync(answer)).Status);
        Assert.Equal(head, await HeadAsync(hub));
    }

    [Fact]
    public async Task A_line_of_sixty_megabytes_arrives_whole()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var content = new byte[45_000_001];
        new Random(7).NextBytes(content);
        using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("big"), TestHub.File("w.safetensors", content)]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(content, await hub.Client.GetByteArrayAsync("team/set/resolve/main/w.safetensors", Cancelled));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(hub.Storage, "temporary")));
    }

    [Fact]
    public async Task Preupload_says_how_each_file_is_sent_and_what_is_there_already()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { RegularBelowBytes = 100 });
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("a.txt", "0123456789"), (".gitignore", "*.log\n"));
        object File(string path, long size) =>
            new
            {
                path,
                size,
                sample = "",
            };
        using var answer = await hub.PostAsync(
            "api/models/team/set/preupload/main",
            new
            {
                files = new[]
                {
                    File("a.txt", 10),
                    File("w.safetensors", 99),
                    File("w.safetensors", 100),
                    File("b.txt", 10_000_001),
                    File("x.log", 1),
                    File("e.bin", 0),
                },
            }
        );
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal(
            [
                "a.txt regular False ad471007bd7f5983d273b9584e5629230150fd54",
                "w.safetensors regular False ",
                "w.safetensors lfs False ",
                "b.txt lfs False ",
                "x.log regular True ",
                "e.bin regular False ",
            ],
            body.GetProperty("files")
                .EnumerateArray()
                .Select(file =>
                    $"{file.GetProperty("path").GetString()} {file.GetProperty("uploadMode").GetString()} {file.GetProperty("shouldIgnore").GetBoolean()} {file.GetProperty("oid").GetString()}"
                )
        );
        Assert.Equal(await HeadAsync(hub), body.GetProperty("commitOid").GetString());
    }

    [Fact]
    public async Task A_body_that_breaks_off_changes_nothing()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        var head = await HeadAsync(hub);
        var whole = Encoding.UTF8.GetBytes(TestHub.Header("x") + "\n" + TestHub.File("a", new byte[100_000]) + "\n");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
            hub.SendAsync(HttpMethod.Post, "api/models/team/set/commit/main", new BrokenContent(whole[..50_000], whole.Length))
        );
        Assert.Equal(head, await HeadAsync(hub));
        await hub.CommitAsync("team/set", ("a", "fine"));
    }

    [Fact]
    public async Task A_missing_branch_is_told_as_such()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        using var answer = await hub.TryCommitAsync("team/set", [TestHub.Header("x")], revision: "nope");
        Assert.Equal("RevisionNotFound", (await TestHub.FaultAsync(answer)).Code);
    }

    private static async Task<string> HeadAsync(TestHub hub) =>
        (await hub.JsonAsync("api/models/team/set")).GetProperty("sha").GetString()!;

    private sealed class BrokenContent(byte[] sent, long announced) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(sent, Cancelled);
            await stream.FlushAsync(Cancelled);
            throw new IOException("The client goes away.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = announced;
            return true;
        }
    }
}
