using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>Answers one request in a wrong way, or in the right one after all.</summary>
/// <param name="exchange">The request.</param>
/// <param name="content">What the right answer would bring: a file's bytes, or JSON.</param>
/// <param name="right">Sends the right answer.</param>
internal delegate Task Fault(FaultExchange exchange, byte[] content, Func<Task> right);

/// <summary>A hub with one repository, right in everything but the faults it is told to make.</summary>
internal sealed class FaultHub : IAsyncDisposable
{
    private readonly Dictionary<string, Queue<Fault>> faults = [];
    private readonly Lock gate = new();

    public FaultHub(IReadOnlyDictionary<string, byte[]> files, IPAddress? address = null, X509Certificate2? certificate = null)
    {
        Files = files;
        Server = new(AnswerAsync, address, certificate);
    }

    public const string Revision = "revision";
    public const string Tree = "tree";

    public static RepoId Repo { get; } = RepoId.Parse("team/set");

    public static CommitHash Commit { get; } = CommitHash.Parse(new string('1', 40));

    public FaultServer Server { get; }

    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>How many entries a page of the listing has.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>Whether the hub answers questions about paths.</summary>
    public bool KnowsPaths { get; init; } = true;

    /// <summary>Runs before every answer; true if it has answered.</summary>
    public Func<FaultExchange, Task<bool>>? Gate { get; init; }

    /// <summary>Faults that every request to a place meets, once those of <see cref="On"/> are used up.</summary>
    public Dictionary<string, Fault> Always { get; } = [];

    public int RequestCount => Server.Requests.Count;

    /// <summary>How many bytes of files were sent beyond their lengths.</summary>
    public long BytesSentAgain =>
        Math.Max(0, Server.Requests.Sum(request => request.FileBytes) - Files.Values.Sum(file => file.LongLength));

    public static bool IsLarge(byte[] content) => content.Length > 1000;

    public static string HashOf(byte[] content)
    {
        using var hasher = IsLarge(content) ? ContentHasher.Sha256() : ContentHasher.GitBlob(content.Length);
        hasher.Append(content);
        return hasher.Finish().Hex;
    }

    /// <summary>Has the next requests to a place meet faults, one each.</summary>
    /// <param name="place"><see cref="Revision"/>, <see cref="Tree"/> or a file's name.</param>
    /// <param name="next">The faults.</param>
    public FaultHub On(string place, params Fault[] next)
    {
        faults[place] = new(next);
        return this;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task AnswerAsync(FaultExchange exchange)
    {
        if (Gate is { } gateKeeper && await gateKeeper(exchange))
        {
            return;
        }

        var path = Uri.UnescapeDataString(exchange.Target.Split('?')[0]);
        var api = $"/api/models/{Repo.FullName}";
        var file = path.Split($"/resolve/{Commit.Hex}/") is [_, var name] ? name : null;
        var (place, content, right) = path switch
        {
            _ when path == $"{api}/revision/main" => Json(Revision, exchange, $$"""{"sha":"{{Commit}}","id":"{{Repo.FullName}}"}"""),
            _ when path == $"{api}/tree/{Commit}" => Page(exchange),
            _ when path == $"{api}/paths-info/{Commit}" && KnowsPaths => Json("paths", exchange, PathsInfo(exchange)),
            _ when path == $"{api}/refs" => Json("refs", exchange, Refs),
            _ when file is not null && Files.TryGetValue(file, out var bytes) => (file, bytes, () => FileAsync(exchange, bytes)),
            _ => (
                path,
                [],
                () =>
                    NotFoundAsync(
                        exchange,
                        file is null
                            ? path.Contains("/revision/", StringComparison.Ordinal)
                                ? "RevisionNotFound"
                                : "RepoNotFound"
                            : "EntryNotFound"
                    )
            ),
        };
        Fault? fault;
        lock (gate)
        {
            fault = faults.TryGetValue(place, out var queue) && queue.TryDequeue(out var next) ? next : Always.GetValueOrDefault(place);
        }

        await (fault is null ? right() : fault(exchange, content, right));
    }

    private static string Refs =>
        $$"""{"branches":[{"name":"main","ref":"refs/heads/main","targetCommit":"{{Commit}}"}],"tags":[],"converts":[]}""";

    private static (string, byte[], Func<Task>) Json(string place, FaultExchange exchange, string json, params string[] headers) =>
        (place, Encoding.UTF8.GetBytes(json), () => exchange.SendJsonAsync(200, json, headers));

    private static Task NotFoundAsync(FaultExchange exchange, string code) =>
        exchange.SendJsonAsync(404, """{"error":"not here"}""", $"X-Error-Code: {code}", "X-Error-Message: not here", "X-Request-Id: r-1");

    private static Task FileAsync(FaultExchange exchange, byte[] content)
    {
        var first = exchange.First;
        exchange.FileBytes += content.Length - first;
        return first == 0
            ? exchange.SendAsync(200, content, Faults.FileHeaders(content))
            : exchange.SendAsync(
                206,
                content.AsMemory(first),
                [.. Faults.FileHeaders(content), Faults.ContentRange(first, content.Length)]
            );
    }

    private (string, byte[], Func<Task>) Page(FaultExchange exchange)
    {
        var at = exchange.Target.Split("cursor=") is [_, var cursor] ? int.Parse(cursor, CultureInfo.InvariantCulture) : 0;
        var entries = Files.Skip(at).Take(PageSize).Select(file => Entry(file.Key, file.Value));
        string[] link =
            at + PageSize < Files.Count
                ?
                [
                    $"Link: <{Server.Address}api/models/{Repo.FullName}/tree/{Commit}?recursive=true&expand=false&cursor={at + PageSize}>; rel=\"next\"",
                ]
                : [];
        return Json(Tree, exchange, $"[{string.Join(',', entries)}]", link);
    }

    private string PathsInfo(FaultExchange exchange)
    {
        var asked = Encoding
            .UTF8.GetString(exchange.Body)
            .Split('&')
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair[0] == "paths")
            .Select(pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
        return $"[{string.Join(',', asked.Where(Files.ContainsKey).Select(name => Entry(name, Files[name])))}]";
    }

    public static string Entry(string name, byte[] content)
    {
        var path = JsonSerializer.Serialize(name);
        var git = HashOf(Encoding.UTF8.GetBytes("pointer " + name)); // Any 40 digits do.
        return IsLarge(content)
            ? $$"""{"type":"file","oid":"{{git}}","size":{{content.Length}},"path":{{path}},"lfs":{"oid":"{{HashOf(content)}}","size":{{content.Length}} } }"""
            : $$"""{"type":"file","oid":"{{HashOf(content)}}","size":{{content.Length}},"path":{{path}}}""";
    }
}
