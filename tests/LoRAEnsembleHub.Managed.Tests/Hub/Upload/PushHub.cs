using System.Collections.Concurrent;
using System.Security.Cryptography;
using LoRAEnsembleHub.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

/// <summary>A small hub in memory on a real socket that takes pushes, writes down what it is asked, and fails where a test wants it to.</summary>
internal sealed partial class PushHub : IAsyncDisposable
{
    public const string Token = "hf_secretOfTheTest";

    private readonly WebApplication app;
    private readonly Lock turn = new();

    private PushHub(WebApplication app) => this.app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Urls.Single());

    /// <summary>What was asked, in order of arrival.</summary>
    public ConcurrentQueue<SeenRequest> Requests { get; } = [];

    /// <summary>Branches of the one repository by name, commits from old to new; empty until the repository is made.</summary>
    public Dictionary<string, List<HubCommit>> Branches { get; } = [];

    /// <summary>The large-file store.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = [];

    /// <summary>Parts of objects, by address.</summary>
    public ConcurrentDictionary<string, byte[]> Parts { get; } = [];

    /// <summary>Which files the hub wants as large ones.</summary>
    public Func<string, bool> IsLarge { get; set; } = path => path.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>Length of a part; null to take objects whole.</summary>
    public int? PartBytes { get; set; }

    /// <summary>What the hub calls the transfer.</summary>
    public string? Transfer { get; set; }

    /// <summary>Names of files that the hub ignores.</summary>
    public HashSet<string> Ignored { get; } = [];

    /// <summary>Says whether to refuse a request before its body is read, and with which status.</summary>
    public Func<HttpContext, int?> Early { get; set; } = _ => null;

    /// <summary>Says what to do before a request is dealt with; true if the answer is given.</summary>
    public Func<HttpContext, SeenRequest, Task<bool>> Before { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Says what to do after a request was dealt with, before its answer leaves.</summary>
    public Action<HttpContext, SeenRequest> After { get; set; } = (_, _) => { };

    /// <summary>A change of the signatures of addresses; those given out before are refused from then on.</summary>
    public int Signature { get; set; } = 1;

    /// <summary>The newest state of a branch.</summary>
    public HubCommit Head(string branch = "main") => Branches[branch][^1];

    /// <summary>The requests whose path has a part of that name.</summary>
    public SeenRequest[] Seen(string part) => [.. Requests.Where(request => request.Path.Contains(part, StringComparison.Ordinal))];

    public static async Task<PushHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var hub = new PushHub(app);
        app.Run(hub.AnswerAsync);
        await app.StartAsync();
        return hub;
    }

    /// <summary>Makes the repository with some files.</summary>
    public HubCommit Make(params (string Path, string Text)[] files)
    {
        var commit = new HubCommit("initial commit", files.ToDictionary(file => file.Path, file => Stored.Text(file.Text)));
        Branches["main"] = [commit];
        return commit;
    }

    public HubClient Client(HubClientOptions? options = null) =>
        new(
            (options ?? new() { CacheFolder = Path.Combine(Path.GetTempPath(), "unused") }) with
            {
                Endpoint = Address,
                Token = Token,
                Time = new FastClock(100),
                ResponseTimeout = TimeSpan.FromHours(1),
                InactivityTimeout = TimeSpan.FromHours(1),
                ConnectTimeout = TimeSpan.FromHours(1),
            }
        );

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Early(context) is { } status)
        {
            Requests.Enqueue(SeenRequest.Of(context, []));
            await new Refusal(status, null, "Refused unread.").ExecuteAsync(context);
            return;
        }

        using var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or BadHttpRequestException)
        {
            Requests.Enqueue(SeenRequest.Of(context, body.ToArray()) with { IsComplete = false });
            context.Abort();
            return;
        }

        var seen = SeenRequest.Of(context, body.ToArray());
        Requests.Enqueue(seen);
        if (!await Before(context, seen))
        {
            var answer = Deal(seen);
            After(context, seen);
            if (!context.RequestAborted.IsCancellationRequested)
            {
                await answer.ExecuteAsync(context);
            }
        }
    }

    private IResult Deal(SeenRequest request)
    {
        lock (turn)
        {
            return (request.Method, request.Path.Split('/')) switch
            {
                ("POST", [_, "api", "repos", "create"]) => Create(),
                ("POST", [_, "api", "validate-yaml"]) => Results.Json(
                    new { errors = Array.Empty<object>(), warnings = Array.Empty<object>() }
                ),
                ("PUT", [_, "put", var oid]) => Put(request, oid),
                ("PUT", [_, "part", ..]) => PutPart(request),
                ("POST", [_, "complete", var oid]) => Complete(request, oid),
                ("POST", [_, "verify", ..]) => Results.Json(new { }),
                (_, [_, "team", "set.git", "info", "lfs", "objects", "batch"]) => Batch(request),
                (_, [_, "api", "models", "team", "set", ..]) when Branches.Count == 0 => Missing("RepoNotFound"),
                ("GET", [_, "api", "models", "team", "set", "refs"]) => Refs(),
                ("POST", [_, "api", "models", "team", "set", "branch", var name]) => Branch(name),
                ("POST", [_, "api", "models", "team", "set", "preupload", var branch]) => Preupload(request, branch),
                ("POST", [_, "api", "models", "team", "set", "commit", var branch]) => Commit(request, branch),
                ("GET", [_, "api", "models", "team", "set", "revision", var name]) => Info(name),
                ("GET", [_, "api", "models", "team", "set", "commits", var name]) => History(name),
                ("GET", [_, "api", "models", "team", "set", "tree", var name]) => Tree(name),
                _ => Missing("no such route"),
            };
        }
    }

    private static IResult Missing(string code) => new Refusal(404, code, code);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
