using System.Text;
using System.Text.Json;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Managed.Tests.Hub.Cache;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>The hub of the golden cache record: two commits of one repository, as a model and as a data set.</summary>
internal sealed class GoldenHub : IAsyncDisposable
{
    public GoldenHub() => Server = new(AnswerAsync);

    public FaultServer Server { get; }

    /// <summary>Where the branch <c>main</c> stands.</summary>
    public CommitHash Main { get; set; } = TestCache.First;

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private Task AnswerAsync(FaultExchange exchange)
    {
        var path = exchange.Target.Split('?')[0];
        var parts = path.Split(["/revision/", "/tree/", "/paths-info/", "/resolve/"], StringSplitOptions.None);
        if (parts.Length != 2 || !parts[0].EndsWith("team/set", StringComparison.Ordinal))
        {
            return MissingAsync(exchange, "RepoNotFound");
        }

        if (path.Contains("/revision/", StringComparison.Ordinal))
        {
            return parts[1] switch
            {
                "main" => ShaAsync(exchange, Main),
                "refs%2Fpr%2F1" => ShaAsync(exchange, TestCache.Second),
                _ => MissingAsync(exchange, "RevisionNotFound"),
            };
        }

        var commit = CommitHash.Parse(parts[1].Split('/')[0]);
        var contents = TestCache.Contents(commit).ToDictionary(entry => entry.File.Path);
        if (path.Contains("/tree/", StringComparison.Ordinal))
        {
            return ListAsync(exchange, contents.Values.Select(entry => entry.File));
        }

        if (path.Contains("/paths-info/", StringComparison.Ordinal))
        {
            var form = Uri.UnescapeDataString(Encoding.UTF8.GetString(exchange.Body)).Split('&');
            return ListAsync(exchange, contents.Values.Select(entry => entry.File).Where(file => form.Contains("paths=" + file.Path)));
        }

        var name = string.Join('/', parts[1].Split('/').Skip(1));
        return contents.TryGetValue(name, out var found)
            ? exchange.SendAsync(200, found.Bytes, $"ETag: \"{found.File.Hash}\"", $"X-Repo-Commit: {commit}")
            : MissingAsync(exchange, "EntryNotFound");
    }

    private static Task ShaAsync(FaultExchange exchange, CommitHash commit) =>
        exchange.SendJsonAsync(200, $$"""{"id":"team/set","sha":"{{commit}}"}""");

    private static Task ListAsync(FaultExchange exchange, IEnumerable<RepoFile> files) =>
        exchange.SendJsonAsync(
            200,
            JsonSerializer.Serialize(
                files.Select(file => new
                {
                    type = "file",
                    oid = file.GitOid,
                    size = file.Size,
                    path = file.Path,
                    lfs = file.IsLfs ? new { oid = file.Hash.Hex, size = file.Size } : null,
                })
            )
        );

    private static Task MissingAsync(FaultExchange exchange, string code) =>
        exchange.SendJsonAsync(404, """{"error":"not here"}""", $"X-Error-Code: {code}", "X-Error-Message: not here");
}
