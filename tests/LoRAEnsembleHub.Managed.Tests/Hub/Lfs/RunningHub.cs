using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Lfs;

/// <summary>A hub with a store of its own on a free port, and a client that has its token.</summary>
internal sealed class RunningHub : IAsyncDisposable
{
    public const string Token = "hf_writerOfTheTests";

    private readonly TemporaryFolder folder;
    private readonly bool ownsFolder;
    private readonly HubServer server;

    private RunningHub(TemporaryFolder folder, bool ownsFolder, HubServer server)
    {
        (this.folder, this.ownsFolder, this.server) = (folder, ownsFolder, server);
        Anonymous = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = server.Address };
        Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = server.Address };
        Client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
    }

    public HttpClient Client { get; }

    public HttpClient Anonymous { get; }

    public string Address => server.Address.AbsoluteUri.TrimEnd('/');

    public string Storage => folder.Locate("store");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts a hub; with a folder that exists, one over the store that is in it.</summary>
    public static async Task<RunningHub> StartAsync(Func<HubServerOptions, HubServerOptions>? change = null, TemporaryFolder? over = null)
    {
        var folder = over ?? new TemporaryFolder();
        var options = new HubServerOptions
        {
            Storage = folder.Locate("store"),
            RegularBelowBytes = 1000,
            Tokens =
            [
                new()
                {
                    User = "someone",
                    Sha256 = ServerToken.Hash(Token),
                    Role = TokenRole.Write,
                },
            ],
        };
        var server = await HubServer.StartAsync(change is null ? options : change(options), Cancelled);
        return new(folder, over is null, server);
    }

    public async Task CreateAsync(string name, string type = "model")
    {
        var parts = name.Split('/');
        var answer = await PostAsync(
            "api/repos/create",
            new JsonObject
            {
                ["organization"] = parts[0],
                ["name"] = parts[1],
                ["type"] = type,
            }
        );
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    /// <summary>Posts JSON and reads the JSON of the answer.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string address, JsonNode body, HttpClient? client = null)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await (client ?? Client).PostAsync(new Uri(address, UriKind.RelativeOrAbsolute), content, Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        return (response.StatusCode, JsonNode.Parse(text) ?? throw new JsonException(text));
    }

    public async Task<JsonNode> GetAsync(string address)
    {
        using var response = await Client.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute), Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Commits lines to main.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> CommitAsync(string repo, params JsonObject[] operations)
    {
        var header = new JsonObject
        {
            ["key"] = "header",
            ["value"] = new JsonObject { ["summary"] = "test" },
        };
        var lines = string.Join('\n', operations.Prepend(header).Select(line => line.ToJsonString()));
        using var content = new StringContent(lines, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        using var response = await Client.PostAsync(new Uri($"api/models/{repo}/commit/main", UriKind.Relative), content, Cancelled);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!);
    }

    public static JsonObject File(string path, ReadOnlySpan<byte> content) =>
        new()
        {
            ["key"] = "file",
            ["value"] = new JsonObject
            {
                ["path"] = path,
                ["content"] = Convert.ToBase64String(content),
                ["encoding"] = "base64",
            },
        };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Anonymous.Dispose();
        await server.DisposeAsync();
        if (ownsFolder)
        {
            folder.Dispose();
        }
    }
}
