using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving;
using LoRAEnsembleHub.Managed.Tests.Hub.Lfs;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Recorded;

/// <summary>Our hub in the state that a recorded scenario began with, and what the recording's placeholders stand for here.</summary>
internal sealed class RecordedHub : IAsyncDisposable
{
    public static readonly string First = new('1', 40);
    public static readonly string Second = new('2', 40);

    private static readonly JsonElement files = Golden.Json("hub", "cache.json").GetProperty("files");

    private readonly RunningHub hub;
    private readonly Dictionary<string, (string First, string Second)> commits = new(StringComparer.Ordinal);

    private RecordedHub(RunningHub hub) => this.hub = hub;

    public string Address => hub.Address;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts the hub for a scenario.</summary>
    /// <param name="name">The scenario's name, which tells what it changes.</param>
    /// <param name="text">All of the scenario, which tells what it uses.</param>
    public static async Task<RecordedHub> StartAsync(string name, string text)
    {
        var running = await RunningHub.StartAsync(options =>
            options with
            {
                RegularBelowBytes = 1,
                Tokens =
                [
                    new()
                    {
                        User = "someone",
                        Sha256 = ServerToken.Hash("hf_test"),
                        Role = TokenRole.Write,
                    },
                ],
                LargeFiles = new()
                {
                    MultipartAboveBytes = name.Contains("in parts", StringComparison.Ordinal) ? 1000 : 1 << 20,
                    PartBytes = 1000,
                },
            }
        );
        running.Client.DefaultRequestHeaders.Authorization = new("Bearer", "hf_test");
        var hub = new RecordedHub(running);
        var readsSecond =
            text.Contains($"\"X-Repo-Commit\":\"{Second}\"", StringComparison.Ordinal)
            || text.Contains($"\"sha\":\"{Second}\"", StringComparison.Ordinal);
        foreach (var repo in new[] { "models/team/set", "models/team/pages", "models/team/cdn", "models/team/port", "datasets/team/set" })
        {
            if (
                text.Contains(repo[(repo.IndexOf('/', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal)
                || name.Contains("already stored", StringComparison.Ordinal)
            )
            {
                await hub.CreateAsync(repo, readsSecond);
            }
        }

        if (name != "create_repo")
        {
            await hub.CreateAsync("models/team/new", name == "upload_folder without changes");
        }

        await hub.PrepareAsync(name);
        return hub;
    }

    /// <returns>The text with this hub's commits and address in place of the recorded ones.</returns>
    public string Here(string text, string path)
    {
        var repo = commits.Keys.FirstOrDefault(each =>
            path.Contains(each.Replace("models/", "/", StringComparison.Ordinal) + "/", StringComparison.Ordinal)
        );
        repo = path.Contains("/datasets/", StringComparison.Ordinal) ? "datasets/team/set" : repo ?? "models/team/set";
        text = text.Replace("http://hub.test", Address, StringComparison.Ordinal);
        return commits.TryGetValue(repo, out var known)
            ? text.Replace(First, known.First, StringComparison.Ordinal).Replace(Second, known.Second, StringComparison.Ordinal)
            : text;
    }

    /// <returns>The bytes that the recording describes by length and hash.</returns>
    public static byte[] Bytes(string length, string sha256)
    {
        var size = int.Parse(length, null);
        var all = new[] { First, Second }.Select(commit =>
            files.GetProperty(commit).GetProperty("member-00/adapter_model.safetensors").GetProperty("base64").GetBytesFromBase64()
        );
        return all.SelectMany(bytes =>
                Enumerable.Range(0, (bytes.Length / 1000) + 1).Select(part => bytes.Skip(part * 1000).Take(size).ToArray())
            )
            .First(bytes => Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256);
    }

    public async Task<(HttpResponseMessage Response, string Text)> SendAsync(HttpRequestMessage request)
    {
        var response = await hub.Anonymous.SendAsync(request, Cancelled);
        return (response, await response.Content.ReadAsStringAsync(Cancelled));
    }

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    private async Task PrepareAsync(string name)
    {
        switch (name)
        {
            case "download from a pull request":
                await CommitAsync("models/team/set", "?create_pr=1", Files(Second));
                break;
            case "delete_branch":
                await PostAsync("api/models/team/set/branch/dev", "{}");
                break;
            case "delete_tag":
                await PostAsync("api/models/team/set/tag/main", """{"tag":"v1"}""");
                break;
            case "delete_folder":
                await CommitAsync("models/team/new", "", Files(First));
                break;
        }
    }

    private async Task CreateAsync(string repo, bool withSecond)
    {
        var parts = repo.Split('/');
        await PostAsync("api/repos/create", $$"""{"organization":"{{parts[1]}}","name":"{{parts[2]}}","type":"{{parts[0][..^1]}}"}""");
        var start = repo == "models/team/new" ? [("old.txt", "old"u8.ToArray()), ("folder/inside.txt", "in"u8.ToArray())] : Files(First);
        var first = await CommitAsync(repo, "", start);
        commits[repo] = (first, withSecond ? await CommitAsync(repo, "", Files(Second)) : first);
    }

    private static (string Path, byte[] Content)[] Files(string commit) =>
        [.. files.GetProperty(commit).EnumerateObject().Select(file => (file.Name, file.Value.GetProperty("base64").GetBytesFromBase64()))];

    private async Task<string> CommitAsync(string repo, string query, (string Path, byte[] Content)[] content)
    {
        var lines = content
            .Select(file => RunningHub.File(file.Path, file.Content).ToJsonString())
            .Prepend("""{"key":"header","value":{"summary":"first"}}""");
        var answer = await PostAsync($"api/{repo}/commit/main{query}", string.Join('\n', lines));
        return (string)answer["commitOid"]!;
    }

    private async Task<JsonNode> PostAsync(string address, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await hub.Client.PostAsync(new Uri(address, UriKind.Relative), content, Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{address}: {text}");
        return JsonNode.Parse(text)!;
    }
}
