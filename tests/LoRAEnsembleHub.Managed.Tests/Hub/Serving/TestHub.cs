using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>A server on a free port over a folder of the test's own, and a client that follows nothing by itself.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private readonly TemporaryFolder folder;

    private TestHub(TemporaryFolder folder, HubServer server)
    {
        (this.folder, Server) = (folder, server);
        // a request that says Expect: 100-continue sends its body when the server asks for it, however late that is
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            Expect100ContinueTimeout = Timeout.InfiniteTimeSpan,
        };
        Client = new(handler) { BaseAddress = server.Address };
    }

    public HubServer Server { get; }

    public HttpClient Client { get; }

    public string Storage => folder.Locate("store");

    public string Plain => folder.Locate("plain");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts a server with a store; the options can be changed, and folders made, before.</summary>
    public static async Task<TestHub> StartAsync(
        Func<TemporaryFolder, HubServerOptions, HubServerOptions>? change = null,
        Action<StoreStep>? step = null
    )
    {
        var folder = new TemporaryFolder();
        try
        {
            var options = new HubServerOptions { Storage = folder.Locate("store") };
            options = change?.Invoke(folder, options) ?? options;
            return new(folder, await HubServer.StartAsync(options, step ?? (_ => { }), Cancelled));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public static ServerToken Token(string text, string user, TokenRole role, params string[] owners) =>
        new()
        {
            User = user,
            Sha256 = ServerToken.Hash(text),
            Role = role,
            Namespaces = owners.Length > 0 ? owners : null,
        };

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        string? token = null,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, token: token);

    public async Task<JsonElement> JsonAsync(string path, string? token = null)
    {
        using var answer = await GetAsync(path, token);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancelled)}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
    }

    public Task<HttpResponseMessage> PostAsync(string path, object body, string? token = null) =>
        SendAsync(HttpMethod.Post, path, JsonContent.Create(body), token);

    public async Task CreateAsync(string id, string type = "model", string? token = null, bool isPrivate = false)
    {
        var parts = id.Split('/');
        var body = new
        {
            name = parts[1],
            organization = parts[0],
            type,
            @private = isPrivate,
        };
        using var answer = await PostAsync("api/repos/create", body, token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    /// <summary>Sends lines as a commit.</summary>
    public Task<HttpResponseMessage> TryCommitAsync(
        string id,
        IEnumerable<string> lines,
        string revision = "main",
        string query = "",
        string? token = null
    )
    {
        var content = new StringContent(string.Join('\n', lines), Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return SendAsync(HttpMethod.Post, $"api/models/{id}/commit/{revision}{query}", content, token);
    }

    /// <summary>Commits files and returns the commit.</summary>
    public async Task<string> CommitAsync(string id, params (string Path, string Text)[] files)
    {
        var lines = files.Select(file => File(file.Path, Encoding.UTF8.GetBytes(file.Text)));
        using var answer = await TryCommitAsync(id, lines.Prepend(Header("a commit")));
        var body = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.IsSuccessStatusCode, body);
        using var parsed = JsonDocument.Parse(body);
        return parsed.RootElement.GetProperty("commitOid").GetString()!;
    }

    public static string Header(string summary, string? parent = null) =>
        JsonSerializer.Serialize(
            new
            {
                key = "header",
                value = new
                {
                    summary,
                    description = "",
                    parentCommit = parent,
                },
            }
        );

    public static string File(string path, byte[] content) =>
        JsonSerializer.Serialize(
            new
            {
                key = "file",
                value = new
                {
                    content = Convert.ToBase64String(content),
                    path,
                    encoding = "base64",
                },
            }
        );

    public static string Line(string key, object value) => JsonSerializer.Serialize(new { key, value });

    /// <summary>What clients read from an error: status, code, words.</summary>
    public static async Task<(int Status, string? Code, string Message)> FaultAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.Headers.Contains("X-Request-Id"));
        var message = Assert.Single(answer.Headers.GetValues("X-Error-Message"));
        if (answer.RequestMessage!.Method != HttpMethod.Head)
        {
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
            Assert.NotEmpty(body.GetProperty("error").GetString()!);
        }

        return ((int)answer.StatusCode, answer.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.Single() : null, message);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        folder.Dispose();
    }
}
