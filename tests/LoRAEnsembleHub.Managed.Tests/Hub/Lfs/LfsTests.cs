using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving;
using Microsoft.Extensions.Time.Testing;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Lfs;

public sealed class LfsTests
{
    private const string Repo = "team/set";

    private static readonly byte[] content = [.. Enumerable.Range(0, 2500).Select(value => (byte)(value * 7))];
    private static readonly string oid = Convert.ToHexStringLower(SHA256.HashData(content));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_sent_to_a_signed_address_without_a_token_and_then_committed()
    {
        await using var hub = await StartAsync();
        var upload = (await BatchAsync(hub))["actions"]!["upload"]!;
        using var answer = await PutAsync(hub, (string)upload["href"]!, content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null((await BatchAsync(hub))["actions"]);
        var (status, _) = await hub.CommitAsync(Repo, Large("weights.npy"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(content, await hub.Client.GetByteArrayAsync(new Uri($"{Repo}/resolve/main/weights.npy", UriKind.Relative), Cancelled));
    }

    [Fact]
    public async Task The_same_upload_twice_is_as_good_as_once()
    {
        await using var hub = await StartAsync();
        var href = (string)(await BatchAsync(hub))["actions"]!["upload"]!["href"]!;
        for (var time = 0; time < 2; time++)
        {
            using var answer = await PutAsync(hub, href, content);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Other_bytes_than_announced_are_refused_and_nothing_is_stored()
    {
        await using var hub = await StartAsync();
        var href = (string)(await BatchAsync(hub))["actions"]!["upload"]!["href"]!;
        byte[] flipped = [.. content[..^1], (byte)(content[^1] ^ 1)];
        foreach (var wrong in new[] { flipped, content[..^1], [.. content, 0] })
        {
            using var answer = await PutAsync(hub, href, wrong);
            Assert.InRange((int)answer.StatusCode, 400, 413);
            Assert.NotNull((await BatchAsync(hub))["actions"]);
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hub.Storage, "temporary")));
        Assert.Equal(HttpStatusCode.BadRequest, (await hub.CommitAsync(Repo, Large("weights.npy"))).Status);
    }

    [Theory]
    [InlineData("size=2500", "size=2501")]
    [InlineData("repo=models/team/set", "repo=models/team/other")]
    [InlineData("repo=models/", "repo=datasets/")]
    [InlineData("signature=", "signature=0")]
    [InlineData("&expires=", "&expires=9")]
    [InlineData("?repo", "/1?repo")]
    public async Task An_address_changed_in_any_way_is_refused(string part, string changed)
    {
        await using var hub = await StartAsync();
        var href = (string)(await BatchAsync(hub))["actions"]!["upload"]!["href"]!;
        Assert.Contains(part, href, StringComparison.Ordinal);
        using var answer = await PutAsync(hub, href.Replace(part, changed, StringComparison.Ordinal), content);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.NotNull((await BatchAsync(hub))["actions"]);
    }

    [Fact]
    public async Task An_address_is_for_its_method_and_its_content_only()
    {
        await using var hub = await StartAsync();
        var href = (string)(await BatchAsync(hub))["actions"]!["upload"]!["href"]!;
        Assert.Equal(HttpStatusCode.Forbidden, (await hub.PostAsync(href, new JsonObject(), hub.Anonymous)).Status);
        using var answer = await PutAsync(hub, href.Replace(oid, new string('a', 64), StringComparison.Ordinal), content);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task An_address_ends_with_its_time()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var hub = await StartAsync(options => options with { Time = time });
        var href = (string)(await BatchAsync(hub))["actions"]!["upload"]!["href"]!;
        time.Advance(LargeFileOptions.LongestAddressLifetime + TimeSpan.FromSeconds(2));
        using var answer = await PutAsync(hub, href, content);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("expired", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_come_in_any_order_and_make_the_file()
    {
        await using var hub = await StartInPartsAsync();
        var upload = (await BatchAsync(hub))["actions"]!["upload"]!;
        var etags = new Dictionary<int, string>();
        foreach (var part in new[] { 3, 1, 2 })
        {
            etags[part] = await PutPartAsync(hub, upload, part);
        }

        Assert.Equal(HttpStatusCode.OK, (await CompleteAsync(hub, upload, etags)).Status);
        Assert.Equal(HttpStatusCode.OK, (await CompleteAsync(hub, upload, etags)).Status);
        Assert.Null((await BatchAsync(hub))["actions"]);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hub.Storage, "uploads"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Parts_outlive_a_restart_of_the_server_and_so_do_their_addresses()
    {
        using var folder = new TemporaryFolder();
        JsonNode upload;
        var etags = new Dictionary<int, string>();
        await using (var hub = await StartInPartsAsync(folder))
        {
            upload = (await BatchAsync(hub))["actions"]!["upload"]!;
            etags[1] = await PutPartAsync(hub, upload, 1);
        }

        await using var again = await StartInPartsAsync(folder, create: false);
        var fresh = (await BatchAsync(again))["actions"]!["upload"]!;
        var old = new Uri((string)upload["header"]!["00002"]!).PathAndQuery;
        using (var answer = await PutAsync(again, again.Address + old, content[1000..2000]))
        {
            etags[2] = answer.Headers.ETag!.ToString();
        }

        etags[3] = await PutPartAsync(again, fresh, 3);
        Assert.Equal(HttpStatusCode.OK, (await CompleteAsync(again, fresh, etags)).Status);
        Assert.Null((await BatchAsync(again))["actions"]);
    }

    [Fact]
    public async Task Missing_and_other_parts_are_told_by_number()
    {
        await using var hub = await StartInPartsAsync();
        var upload = (await BatchAsync(hub))["actions"]!["upload"]!;
        var first = await PutPartAsync(hub, upload, 1);
        var etags = new Dictionary<int, string>
        {
            [1] = first,
            [2] = first,
            [3] = first,
        };
        var (status, body) = await CompleteAsync(hub, upload, etags);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Part 2", (string)body["error"]!, StringComparison.Ordinal);
        using var answer = await PutAsync(hub, (string)upload["header"]!["00003"]!, content[..501]);
        Assert.InRange((int)answer.StatusCode, 400, 413);
    }

    [Fact]
    public async Task Parts_that_make_other_content_are_dropped()
    {
        await using var hub = await StartInPartsAsync();
        var upload = (await BatchAsync(hub))["actions"]!["upload"]!;
        var etags = new Dictionary<int, string> { [1] = await PutPartAsync(hub, upload, 1), [3] = await PutPartAsync(hub, upload, 3) };
        using (var answer = await PutAsync(hub, (string)upload["header"]!["00002"]!, new byte[1000]))
        {
            etags[2] = answer.Headers.ETag!.ToString();
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await CompleteAsync(hub, upload, etags)).Status);
        Assert.NotNull((await BatchAsync(hub))["actions"]);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hub.Storage, "uploads"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_client_that_knows_no_parts_sends_the_file_whole()
    {
        await using var hub = await StartInPartsAsync();
        Assert.Null((await BatchAsync(hub, "basic"))["actions"]!["upload"]!["header"]);
    }

    [Fact]
    public async Task Objects_that_cannot_be_taken_are_refused_one_by_one()
    {
        await using var hub = await StartAsync(options =>
            options with
            {
                Limits = options.Limits with { FileBytes = 10_000, QuotaBytes = 20_000 },
            }
        );
        var (_, body) = await hub.PostAsync(
            $"{Repo}.git/info/lfs/objects/batch",
            JsonNode.Parse(
                $$"""{"operation":"upload","objects":[{"oid":"x","size":1},{"oid":"{{oid}}","size":10001},{"oid":"{{oid}}","size":2500}]}"""
            )!
        );
        Assert.Equal([422, 413, null], body["objects"]!.AsArray().Select(each => (int?)each!["error"]?["code"]));
    }

    [Fact]
    public async Task Verify_knows_what_is_stored()
    {
        await using var hub = await StartAsync();
        var actions = (await BatchAsync(hub))["actions"]!;
        var verify = (string)actions["verify"]!["href"]!;
        var question = new JsonObject { ["oid"] = oid, ["size"] = content.Length };
        Assert.Equal(HttpStatusCode.NotFound, (await hub.PostAsync(verify, question)).Status);
        using var answer = await PutAsync(hub, (string)actions["upload"]!["href"]!, content);
        Assert.Equal(HttpStatusCode.OK, (await hub.PostAsync(verify, question)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await hub.PostAsync(verify, question, hub.Anonymous)).Status);
    }

    [Fact]
    public async Task Nobody_without_a_token_gets_an_address()
    {
        await using var hub = await StartAsync();
        var (status, _) = await hub.PostAsync($"{Repo}.git/info/lfs/objects/batch", Batch("basic"), hub.Anonymous);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    [Fact]
    public async Task The_key_of_the_signatures_is_readable_by_its_owner_only()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes; the profile's access list protects the key there.");
            return;
        }

        await using var hub = await StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(hub.Storage, "upload-key")));
    }

    [Fact]
    public async Task A_server_without_the_bridge_tells_xet_clients_what_to_do()
    {
        await using var hub = await StartAsync(options => options with { LargeFiles = new() { XetBridge = false } });
        using var answer = await hub.Client.GetAsync(new Uri($"api/models/{Repo}/xet-write-token/main", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.NotImplemented, answer.StatusCode);
        Assert.Contains("HF_HUB_DISABLE_XET=1", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dangerous_pickle_is_pushed_with_a_warning_and_marked_or_refused_where_the_server_is_strict()
    {
        var pickle = RunningHub.File("a.pkl", Scan.Pickles.Running);
        await using (var hub = await StartAsync())
        {
            var (status, body) = await hub.CommitAsync(Repo, pickle);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("os.system", (string)body["hookOutput"]!, StringComparison.Ordinal);
            var scan = await hub.GetAsync($"api/models/{Repo}/scan");
            Assert.Equal("unsafe", (string?)Assert.Single(scan["filesWithIssues"]!.AsArray())!["level"]);
            var list = (await hub.GetAsync($"api/models/{Repo}/tree/main?expand=true")).AsArray();
            Assert.Equal("unsafe", (string?)list.Single(entry => (string?)entry!["path"] == "a.pkl")!["securityFileStatus"]!["status"]);
        }

        await using var strict = await StartAsync(options => options with { RefuseUnsafeFiles = true });
        var before = (string?)(await strict.GetAsync($"api/models/{Repo}"))["sha"];
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await strict.CommitAsync(Repo, pickle)).Status);
        Assert.Equal(before, (string?)(await strict.GetAsync($"api/models/{Repo}"))["sha"]);
    }

    private static async Task<RunningHub> StartAsync(
        Func<HubServerOptions, HubServerOptions>? change = null,
        TemporaryFolder? folder = null,
        bool create = true
    )
    {
        var hub = await RunningHub.StartAsync(change, folder);
        if (create)
        {
            await hub.CreateAsync(Repo);
        }

        return hub;
    }

    private static Task<RunningHub> StartInPartsAsync(TemporaryFolder? folder = null, bool create = true) =>
        StartAsync(
            options =>
                options with
                {
                    LargeFiles = new() { MultipartAboveBytes = 2000, PartBytes = 1000 },
                },
            folder,
            create
        );

    private static JsonObject Batch(params string[] transfers) =>
        new()
        {
            ["operation"] = "upload",
            ["transfers"] = new JsonArray([.. transfers.Select(transfer => JsonValue.Create(transfer))]),
            ["objects"] = new JsonArray(new JsonObject { ["oid"] = oid, ["size"] = content.Length }),
            ["hash_algo"] = "sha256",
        };

    private static async Task<JsonNode> BatchAsync(RunningHub hub, params string[] transfers)
    {
        var (status, body) = await hub.PostAsync(
            $"{Repo}.git/info/lfs/objects/batch",
            Batch(transfers.Length > 0 ? transfers : ["basic", "multipart", "xet"])
        );
        Assert.Equal(HttpStatusCode.OK, status);
        return Assert.Single(body["objects"]!.AsArray())!;
    }

    private static async Task<HttpResponseMessage> PutAsync(RunningHub hub, string href, byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes);
        return await hub.Anonymous.PutAsync(new Uri(href), body, Cancelled);
    }

    private static async Task<string> PutPartAsync(RunningHub hub, JsonNode upload, int part)
    {
        var bytes = content.Skip((part - 1) * 1000).Take(1000).ToArray();
        using var answer = await PutAsync(hub, (string)upload["header"]![part.ToString("D5", null)]!, bytes);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.ETag!.ToString();
    }

    private static Task<(HttpStatusCode Status, JsonNode Body)> CompleteAsync(
        RunningHub hub,
        JsonNode upload,
        Dictionary<int, string> etags
    ) =>
        hub.PostAsync(
            (string)upload["href"]!,
            new JsonObject
            {
                ["oid"] = oid,
                ["parts"] = new JsonArray([.. etags.Select(part => new JsonObject { ["partNumber"] = part.Key, ["etag"] = part.Value })]),
            },
            hub.Anonymous
        );

    private static JsonObject Large(string path) =>
        new()
        {
            ["key"] = "lfsFile",
            ["value"] = new JsonObject
            {
                ["path"] = path,
                ["algo"] = "sha256",
                ["oid"] = oid,
                ["size"] = content.Length,
            },
        };
}
