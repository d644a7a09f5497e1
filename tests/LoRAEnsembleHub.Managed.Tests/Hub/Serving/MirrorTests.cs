using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>A server in front of another hub: what was asked for once is here, also when that hub is not.</summary>
public sealed class MirrorTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repository_of_the_hub_above_is_served_with_its_own_commits_and_hashes()
    {
        await using var above = await AboveAsync();
        await using var mirror = await MirrorAsync(above);
        foreach (
            var path in new[]
            {
                "team/set/resolve/main/a.txt",
                "team/set/resolve/v1/sub/w.safetensors",
                "team/set/raw/main/sub/w.safetensors",
            }
        )
        {
            using var original = await above.GetAsync(path);
            using var copy = await mirror.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, copy.StatusCode);
            Assert.Equal(await original.Content.ReadAsStringAsync(Cancelled), await copy.Content.ReadAsStringAsync(Cancelled));
            Assert.Equal(original.Headers.ETag, copy.Headers.ETag);
            Assert.Equal(original.Headers.GetValues("X-Repo-Commit"), copy.Headers.GetValues("X-Repo-Commit"));
            Assert.DoesNotContain(copy.Headers, header => header.Key.StartsWith("X-Xet", StringComparison.OrdinalIgnoreCase));
        }

        foreach (var path in new[] { "api/models/team/set/tree/main?recursive=true", "api/models/team/set/refs" })
        {
            Assert.Equal((await above.JsonAsync(path)).GetRawText(), (await mirror.JsonAsync(path)).GetRawText());
        }
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("w.safetensors")]
    public async Task A_file_longer_than_the_link_to_it_is_mirrored_whole_and_in_parts(string path)
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(number => (char)('a' + number % 26)));
        await using var above = await AboveAsync();
        await above.CommitAsync("team/set", (path, text));
        await using var mirror = await MirrorAsync(above);
        Assert.Equal(text, await mirror.Client.GetStringAsync($"team/set/resolve/main/{path}", Cancelled));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"team/set/resolve/main/{path}");
        request.Headers.Range = new(10_000, 10_099);
        using var part = await mirror.Client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(text[10_000..10_100], await part.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task Without_the_hub_above_what_was_asked_for_before_is_served_and_said_to_be_old()
    {
        var above = await AboveAsync();
        await using var mirror = await MirrorAsync(above);
        Assert.Equal("one", await mirror.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        await above.DisposeAsync();
        using var again = await mirror.GetAsync("team/set/resolve/main/a.txt");
        Assert.Equal("one", await again.Content.ReadAsStringAsync(Cancelled));
        Assert.StartsWith("mirror;", Assert.Single(again.Headers.GetValues("X-HF-Warning")), StringComparison.Ordinal);
        using var never = await mirror.GetAsync("team/set/resolve/main/sub/w.safetensors");
        Assert.Equal(502, (await TestHub.FaultAsync(never)).Status);
        using var unknown = await mirror.GetAsync("api/models/team/other");
        Assert.Equal(502, (await TestHub.FaultAsync(unknown)).Status);
        using var missing = await mirror.GetAsync("team/set/resolve/main/nope");
        Assert.Equal("EntryNotFound", (await TestHub.FaultAsync(missing)).Code);
    }

    [Fact]
    public async Task The_hub_above_is_asked_nothing_about_a_file_that_is_here()
    {
        var above = await AboveAsync();
        await using var mirror = await MirrorAsync(above, options => options with { UpstreamMaxAge = TimeSpan.FromHours(1) });
        Assert.Equal("one", await mirror.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        var port = above.Server.Address.Port;
        await above.DisposeAsync();
        using var silent = new TcpListener(IPAddress.Loopback, port);
        silent.Start();
        Assert.Equal("one", await mirror.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        Assert.False(silent.Pending());
    }

    [Fact]
    public async Task A_mirror_that_was_restarted_without_the_hub_above_still_serves()
    {
        using var folder = new TemporaryFolder();
        var store = folder.Locate("mirror");
        var above = await AboveAsync();
        await using (var mirror = await MirrorAsync(above, options => options with { Storage = store }))
        {
            Assert.Equal("one", await mirror.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        }

        var address = above.Server.Address;
        await above.DisposeAsync();
        await using var later = await TestHub.StartAsync(
            (_, options) => options with { Storage = store, Upstream = address, UpstreamMaxAge = TimeSpan.Zero }
        );
        Assert.Equal("one", await later.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
    }

    [Fact]
    public async Task Branches_are_looked_up_again_once_they_are_old()
    {
        await using var above = await AboveAsync();
        await using var patient = await MirrorAsync(above, options => options with { UpstreamMaxAge = TimeSpan.FromHours(1) });
        await using var eager = await MirrorAsync(above);
        Assert.Equal("one", await patient.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        Assert.Equal("one", await eager.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        await above.CommitAsync("team/set", ("a.txt", "two"));
        Assert.Equal("one", await patient.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        Assert.Equal("two", await eager.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
    }

    [Fact]
    public async Task What_the_hub_above_lacks_or_keeps_to_itself_is_not_here_either()
    {
        const string token = "hf_above";
        await using var above = await TestHub.StartAsync(
            (_, options) => options with { Tokens = [TestHub.Token(token, "anna", TokenRole.Write)] }
        );
        await above.CreateAsync("team/secret", token: token, isPrivate: true);
        await using var blind = await MirrorAsync(above);
        foreach (var name in new[] { "team/secret", "team/none" })
        {
            using var answer = await blind.GetAsync($"api/models/{name}");
            Assert.Equal("RepoNotFound", (await TestHub.FaultAsync(answer)).Code);
        }

        const string own = "hf_own";
        await using var trusted = await MirrorAsync(
            above,
            options => options with { UpstreamToken = token, Tokens = [TestHub.Token(own, "ben", TokenRole.Read)] }
        );
        using var stranger = await trusted.GetAsync("api/models/team/secret");
        Assert.Equal("RepoNotFound", (await TestHub.FaultAsync(stranger)).Code);
        Assert.Equal("team/secret", (await trusted.JsonAsync("api/models/team/secret", own)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Ones_own_repositories_go_first_and_mirrored_ones_take_no_push()
    {
        await using var above = await AboveAsync();
        await using var mirror = await MirrorAsync(above);
        using var push = await mirror.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.File("a.txt", [1])]);
        Assert.Equal(403, (await TestHub.FaultAsync(push)).Status);
        await mirror.CreateAsync("team/set");
        await mirror.CommitAsync("team/set", ("a.txt", "own"));
        Assert.Equal("own", await mirror.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
        Assert.Equal("one", await above.Client.GetStringAsync("team/set/resolve/main/a.txt", Cancelled));
    }

    [Fact]
    public async Task Many_clients_at_once_fetch_each_file_once()
    {
        await using var above = await AboveAsync();
        await using var mirror = await MirrorAsync(above, options => options with { UpstreamMaxAge = TimeSpan.FromHours(1) });
        var texts = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => mirror.Client.GetStringAsync("team/set/resolve/main/sub/w.safetensors", Cancelled))
        );
        Assert.All(texts, text => Assert.Equal("weights", text));
        var blobs = Directory.GetFiles(Path.Combine(mirror.Storage, "mirror", "cache", "models--team--set", "blobs"));
        Assert.Single(blobs);
        var tree = await mirror.JsonAsync("api/models/team/set/tree/main?expand=true");
        Assert.Equal(JsonValueKind.Object, tree[0].GetProperty("lastCommit").ValueKind);
        Assert.Single(Directory.GetFiles(Path.Combine(mirror.Storage, "mirror", "cache", "models--team--set", "blobs")));
    }

    private static async Task<TestHub> AboveAsync()
    {
        var above = await TestHub.StartAsync((_, options) => options with { RegularBelowBytes = 0 });
        await above.CreateAsync("team/set");
        await above.CommitAsync("team/set", ("a.txt", "one"), ("sub/w.safetensors", "weights"));
        using var tag = await above.PostAsync("api/models/team/set/tag/main", new { tag = "v1" });
        Assert.Equal(HttpStatusCode.OK, tag.StatusCode);
        return above;
    }

    private static Task<TestHub> MirrorAsync(TestHub above, Func<HubServerOptions, HubServerOptions>? change = null) =>
        TestHub.StartAsync(
            (_, options) =>
            {
                var mirrored = options with { Upstream = above.Server.Address, UpstreamMaxAge = TimeSpan.Zero };
                return change?.Invoke(mirrored) ?? mirrored;
            }
        );
}
