using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

/// <summary>Pushes what was pushed when huggingface_hub was recorded, against the recorded answers, and compares the requests.</summary>
public sealed class RecordedPushTests
{
    private static readonly byte[] Rising = [.. Enumerable.Range(0, 2048).Select(number => (byte)number)];
    private static readonly byte[] Falling = [.. Rising.Reverse()];

    [Fact]
    public async Task A_folder_with_one_large_file_is_pushed_by_the_requests_that_huggingface_hub_sends() =>
        await CompareAsync(
            "upload_folder with small files and one LFS file",
            [
                ("README.md", "# two\n"u8.ToArray()),
                ("config.json", "{}\n"u8.ToArray()),
                ("empty.txt", []),
                ("extra/notes.txt", "new in the second commit\n"u8.ToArray()),
                ("member-00/adapter_config.json", "{\"r\": 8}\n"u8.ToArray()),
                ("member-00/adapter_model.safetensors", Falling),
            ],
            new() { Message = "first push" }
        );

    [Fact]
    public async Task A_large_file_in_parts_is_pushed_by_the_requests_that_huggingface_hub_sends() =>
        await CompareAsync(
            "upload_file of an LFS file in parts",
            [("a.safetensors", Rising)],
            new() { Message = "Upload a.safetensors with huggingface_hub" }
        );

    [Fact]
    public async Task A_large_file_that_is_stored_already_is_pushed_by_the_requests_that_huggingface_hub_sends() =>
        await CompareAsync(
            "upload_file of an LFS file that is already stored",
            [("a.safetensors", Rising)],
            new() { Message = "Upload a.safetensors with huggingface_hub" }
        );

    private static async Task CompareAsync(string scenario, (string Path, byte[] Bytes)[] files, PushOptions options)
    {
        var recorded = Golden.Json("hub", "requests.json").GetProperty("scenarios").GetProperty(scenario).GetProperty("requests");
        var expected = recorded.EnumerateArray().Select(Exchange.Read).DistinctBy(exchange => (exchange.Request, exchange.Body)).ToArray();
        await using var server = await ReplayServer.StartAsync(expected);
        using var folder = new PushFolder();
        foreach (var (path, bytes) in files)
        {
            folder.Put(path, bytes);
        }

        using var client = new HubClient(
            new()
            {
                CacheFolder = folder.Beside("cache"),
                Endpoint = server.Address,
                Token = "hf_test",
            }
        );

        var result = await client.PushAsync(
            RepoId.Parse("team/new"),
            folder.FullPath,
            options,
            cancellationToken: TestContext.Current.CancellationToken
        );

        Assert.Equal(new string('2', 40), result.Head?.Hex);
        Assert.Equal(
            expected.Select(exchange => exchange.Shown).Order(StringComparer.Ordinal),
            server.Seen.Select(exchange => exchange.Shown).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>One request, in a form in which the order of members does not count.</summary>
    private sealed record Exchange(string Request, string Body, string? Token, int Status, string? Answer, string? Etag)
    {
        public string Shown => $"{Request}\n{Token}\n{Body}";

        public static Exchange Read(JsonElement recorded)
        {
            var headers = recorded.GetProperty("headers");
            return new(
                recorded.GetProperty("request").GetString()!,
                recorded.TryGetProperty("body", out var body) ? Canonical(body.GetString()!) : "",
                headers.TryGetProperty("authorization", out var token) ? token.GetString() : null,
                recorded.GetProperty("status").GetInt32(),
                recorded.TryGetProperty("answer", out var answer) ? answer.GetRawText() : null,
                recorded.GetProperty("answer_headers").TryGetProperty("ETag", out var etag) ? etag.GetString() : null
            );
        }

        public static string Canonical(string body) =>
            body.StartsWith('{')
                ? string.Join('\n', body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Sorted(JsonNode.Parse(line))))
                : body;

        private static string Sorted(JsonNode? node) =>
            node switch
            {
                JsonObject inner =>
                    $"{{{string.Join(',', inner.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{Sorted(member.Value)}"))}}}",
                JsonArray inner => $"[{string.Join(',', inner.Select(Sorted))}]",
                null => "null",
                _ => node.GetValueKind() == JsonValueKind.String ? $"\"{node.GetValue<string>()}\"" : node.ToJsonString(),
            };
    }

    private sealed class ReplayServer(WebApplication app, Exchange[] recorded) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.Single());

        public ConcurrentQueue<Exchange> Seen { get; } = [];

        public static async Task<ReplayServer> StartAsync(Exchange[] recorded)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var server = new ReplayServer(app, recorded);
            app.Run(server.AnswerAsync);
            await app.StartAsync();
            return server;
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            using var bytes = new MemoryStream();
            await context.Request.Body.CopyToAsync(bytes);
            var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";

            // This client asks first where the branch stands; huggingface_hub leaves that to its caller.
            if (request == "GET /api/models/team/new/revision/main")
            {
                await context.Response.WriteAsJsonAsync(new { id = "team/new", sha = new string('1', 40) });
                return;
            }

            var body =
                context.Request.Method == "PUT"
                    ? $"{bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))}"
                    : Exchange.Canonical(Encoding.UTF8.GetString(bytes.ToArray()));
            Seen.Enqueue(new(request, body, context.Request.Headers.Authorization.FirstOrDefault(), 0, null, null));
            var answer = recorded.FirstOrDefault(exchange => exchange.Request == request);
            context.Response.StatusCode = answer?.Status ?? 404;
            if (answer?.Etag is { } etag)
            {
                context.Response.Headers.ETag = etag;
            }

            if (answer?.Answer is { } json)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(
                    json.Replace("http://hub.test", $"http://{context.Request.Host}", StringComparison.Ordinal)
                );
            }
        }
    }
}
