using System.Net;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>Who may do what.</summary>
public sealed class AccessTests
{
    private const string Writer = "hf_writer";
    private const string Reader = "hf_reader";
    private const string Stranger = "hf_stranger";

    [Fact]
    public async Task A_wrong_token_is_refused_in_the_words_that_clients_know()
    {
        await using var hub = await GuardedAsync();
        using var answer = await hub.GetAsync("api/whoami-v2", "hf_wrong");
        var fault = await TestHub.FaultAsync(answer);
        Assert.Equal((401, "Invalid credentials in Authorization header"), (fault.Status, fault.Message));
        using var bare = await hub.SendAsync(HttpMethod.Get, "api/whoami-v2", headers: ("Authorization", "Basic x"));
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
    }

    [Fact]
    public async Task A_private_repository_looks_like_none_to_whoever_may_not_see_it()
    {
        await using var hub = await GuardedAsync();
        await hub.CreateAsync("team/secret", token: Writer, isPrivate: true);
        foreach (var (token, sees) in new[] { (null, false), (Stranger, false), (Reader, true), (Writer, true) })
        {
            foreach (
                var path in new[]
                {
                    "api/models/team/secret",
                    "team/secret/resolve/main/.gitattributes",
                    "api/models/team/secret/tree/main",
                }
            )
            {
                using var answer = await hub.GetAsync(path, token);
                using var none = await hub.GetAsync(path.Replace("secret", "none", StringComparison.Ordinal), token);
                Assert.Equal(sees, answer.IsSuccessStatusCode);
                if (!sees)
                {
                    Assert.Equal(await TestHub.FaultAsync(none), await TestHub.FaultAsync(answer));
                }
            }

            Assert.Equal(sees ? 1 : 0, (await hub.JsonAsync("api/models", token)).GetArrayLength());
        }
    }

    [Fact]
    public async Task The_files_of_a_gated_repository_are_for_its_owners_tokens_alone()
    {
        await using var hub = await GuardedAsync();
        await hub.CreateAsync("team/set", token: Writer);
        using var gate = await hub.SendAsync(HttpMethod.Put, "api/models/team/set/settings", JsonBody(new { gated = "auto" }), Writer);
        Assert.Equal(HttpStatusCode.OK, gate.StatusCode);
        foreach (var (token, status) in new[] { (null, 401), (Stranger, 403), (Reader, 200) })
        {
            using var answer = await hub.SendAsync(HttpMethod.Head, "team/set/resolve/main/.gitattributes", token: token);
            Assert.Equal(status, (int)answer.StatusCode);
            if (status != 200)
            {
                Assert.Equal("GatedRepo", (await TestHub.FaultAsync(answer)).Code);
            }
        }
    }

    [Fact]
    public async Task Reading_tokens_and_others_owners_tokens_change_nothing()
    {
        await using var hub = await GuardedAsync();
        await hub.CreateAsync("team/set", token: Writer);
        foreach (var token in new[] { Reader, Stranger, null })
        {
            using var commit = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.File("a", [1])], token: token);
            using var create = await hub.PostAsync("api/repos/create", new { name = "new", organization = "team" }, token);
            using var branch = await hub.PostAsync("api/models/team/set/branch/dev", new { }, token);
            using var tag = await hub.PostAsync("api/models/team/set/tag/main", new { tag = "v" }, token);
            using var settings = await hub.SendAsync(
                HttpMethod.Put,
                "api/models/team/set/settings",
                JsonBody(new { @private = true }),
                token
            );
            using var delete = await hub.SendAsync(HttpMethod.Delete, "api/repos/delete", JsonBody(new { name = "team/set" }), token);
            using var move = await hub.PostAsync("api/repos/move", new { fromRepo = "team/set", toRepo = "team/other" }, token);
            using var preupload = await hub.PostAsync("api/models/team/set/preupload/main", new { files = Array.Empty<object>() }, token);
            using var squash = await hub.PostAsync("api/models/team/set/super-squash/main", new { }, token);
            using var discussion = await hub.PostAsync("api/models/team/set/discussions", new { title = "x", pullRequest = true }, token);
            foreach (var answer in new[] { commit, create, branch, tag, settings, delete, move, preupload, squash, discussion })
            {
                Assert.Equal(token is null ? 401 : 403, (await TestHub.FaultAsync(answer)).Status);
            }
        }

        Assert.Equal(1, (await hub.JsonAsync("api/models/team/set/commits/main")).GetArrayLength());
    }

    [Fact]
    public async Task A_read_only_server_refuses_every_change_and_still_reads()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { ReadOnly = true });
        using var answer = await hub.PostAsync("api/repos/create", new { name = "team/set" });
        Assert.Equal(
            (403, "This server is read-only"),
            (await TestHub.FaultAsync(answer)) is var fault ? (fault.Status, fault.Message) : default
        );
        Assert.Equal(0, (await hub.JsonAsync("api/models")).GetArrayLength());
    }

    [Fact]
    public async Task A_server_can_keep_even_public_repositories_to_its_users()
    {
        await using var hub = await GuardedAsync(options => options with { AnonymousRead = false });
        await hub.CreateAsync("team/set", token: Writer);
        foreach (var path in new[] { "api/models", "api/models/team/set", "team/set/resolve/main/.gitattributes" })
        {
            using var answer = await hub.GetAsync(path);
            Assert.Equal(401, (await TestHub.FaultAsync(answer)).Status);
            using var known = await hub.GetAsync(path, Stranger);
            Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        }
    }

    [Fact]
    public async Task Who_a_token_belongs_to_is_told_as_clients_read_it()
    {
        await using var hub = await GuardedAsync();
        var writer = await hub.JsonAsync("api/whoami-v2", Writer);
        Assert.Equal("anna", writer.GetProperty("name").GetString());
        Assert.Equal("team", Assert.Single(writer.GetProperty("orgs").EnumerateArray()).GetProperty("name").GetString());
        var access = writer.GetProperty("auth").GetProperty("accessToken");
        Assert.Equal("write", access.GetProperty("role").GetString());
        Assert.Matches("^[0-9-]+T[0-9:]+\\.[0-9]{3}Z$", access.GetProperty("createdAt").GetString());
        Assert.Equal(
            "read",
            (await hub.JsonAsync("api/whoami-v2", Reader)).GetProperty("auth").GetProperty("accessToken").GetProperty("role").GetString()
        );
        using var nobody = await hub.GetAsync("api/whoami-v2");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task A_web_page_elsewhere_can_neither_change_nor_rebind()
    {
        await using var hub = await TestHub.StartAsync();
        using var page = await hub.SendAsync(
            HttpMethod.Post,
            "api/repos/create",
            JsonBody(new { name = "team/set" }),
            headers: ("Origin", "https://evil.example")
        );
        Assert.Equal(403, (await TestHub.FaultAsync(page)).Status);
        using var rebound = await hub.SendAsync(HttpMethod.Get, "api/models", headers: ("Host", "evil.example"));
        Assert.Equal(403, (await TestHub.FaultAsync(rebound)).Status);
        using var own = await hub.SendAsync(HttpMethod.Get, "api/models", headers: ("Host", "localhost:1"));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task Other_machines_are_let_in_only_with_tokens_or_when_said_so()
    {
        using var folder = new TemporaryFolder();
        var options = new HubServerOptions { Storage = folder.Locate("store"), Address = IPAddress.Any };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => HubServer.StartAsync(options, TestContext.Current.CancellationToken));
        Assert.Contains("AllowAnonymousRemote", error.Message, StringComparison.Ordinal);
        await using var said = await HubServer.StartAsync(
            options with
            {
                AllowAnonymousRemote = true,
            },
            TestContext.Current.CancellationToken
        );
        Assert.True(said.Address.Port > 0);
    }

    [Fact]
    public void A_new_token_is_one_that_clients_take_and_no_two_are_alike()
    {
        var tokens = Enumerable.Range(0, 100).Select(_ => ServerToken.NewText()).ToList();
        Assert.All(tokens, token => Assert.Matches("^hf_[A-Za-z0-9]{40}$", token));
        Assert.Equal(100, tokens.Distinct().Count());
    }

    private static HttpContent JsonBody(object body) => System.Net.Http.Json.JsonContent.Create(body);

    private static Task<TestHub> GuardedAsync(Func<HubServerOptions, HubServerOptions>? change = null) =>
        TestHub.StartAsync(
            (_, options) =>
            {
                var guarded = options with
                {
                    Tokens =
                    [
                        TestHub.Token(Writer, "anna", TokenRole.Write, "anna", "team"),
                        TestHub.Token(Reader, "ben", TokenRole.Read, "team"),
                        TestHub.Token(Stranger, "cleo", TokenRole.Write, "cleo"),
                    ],
                };
                return change?.Invoke(guarded) ?? guarded;
            }
        );
}
