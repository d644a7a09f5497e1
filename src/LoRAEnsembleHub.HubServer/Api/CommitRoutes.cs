using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving.Cards;
using LoRAEnsembleHub.Hub.Serving.Scan;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Pushing: <c>preupload</c> says how each file is to be sent, <c>commit</c> takes the changes.</summary>
internal static class CommitRoutes
{
    private const int MostAttributeBytes = 1 << 20;

    public static void Map(RouteTable routes)
    {
        routes.Repo("POST", "preupload", PreuploadAsync);
        routes.Repo("POST", "commit", CommitAsync);
    }

    private static async Task PreuploadAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var view = await RepoView.OpenAsync(repo, Reference(exchange), exchange.Cancelled).ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var files = body.Objects("files");
        if (files.Count > exchange.Host.Limits.PathsPerRequest)
        {
            throw RequestFault.TooLarge($"{files.Count} files are too many; ask for {exchange.Host.Limits.PathsPerRequest} at a time.");
        }

        var ignore = new IgnoreRule(body.Text("gitIgnore") ?? await TextAsync(exchange, view, ".gitignore").ConfigureAwait(false) ?? "");
        var rule = new LfsRule(body.Text("gitAttributes") ?? await TextAsync(exchange, view, ".gitattributes").ConfigureAwait(false));
        var answers = new JsonArray();
        foreach (var file in files)
        {
            var path = file.Text("path") ?? throw RequestFault.BadRequest("A file lacks its 'path'.");
            var size = file.Size("size") ?? throw RequestFault.BadRequest($"{HubText.Shown(path)} lacks its 'size'.");
            answers.Add(
                new JsonObject
                {
                    ["path"] = path,
                    ["uploadMode"] = IsLarge(exchange.Host.Options, rule, path, size) ? "lfs" : "regular",
                    ["shouldIgnore"] = ignore.Ignores(path),
                    ["oid"] = view.Tree.Find(path)?.Hash.Hex,
                }
            );
        }

        await exchange.JsonAsync(new JsonObject { ["files"] = answers, ["commitOid"] = view.Commit.Hash.Hex }).ConfigureAwait(false);
    }

    private static async Task CommitAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        using var place = exchange.Host.Uploads.Enter();
        var view = await RepoView.OpenAsync(repo, Reference(exchange), exchange.Cancelled).ConfigureAwait(false);
        var rule = new LfsRule(await TextAsync(exchange, view, ".gitattributes").ConfigureAwait(false));
        RequestBody.Allow(exchange.Http.Request, exchange.Host.Limits.CommitBytes);
        var intake = await CommitIntake
            .ReadAsync(
                exchange.Http.Request.Body,
                exchange.Host.Store!.Objects,
                (path, size) => IsLarge(exchange.Host.Options, rule, path, size),
                exchange.Host.Limits,
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await PushedCard.CheckAsync(repo, intake.Operations, exchange.Cancelled).ConfigureAwait(false);
        var warnings = await PushScan.RunAsync(exchange, repo, intake.Operations).ConfigureAwait(false);
        var order = new CommitOrder
        {
            Reference = Reference(exchange),
            AsPullRequest = exchange.Flag("create_pr"),
            Parent = intake.Parent,
            Author = exchange.Caller.User!,
            Title = intake.Title,
            Description = intake.Description,
            Change = before => TreeChange.Apply(before, intake.Operations, exchange.Host.Limits.FilesPerRepo),
        };
        var outcome = await exchange.Host.Commits.CommitAsync(repo, order, exchange.Cancelled).ConfigureAwait(false);
        HubServerLog.Committed(exchange.Host.Logger, repo.Id, outcome.PullRequest?.Reference ?? order.Reference, outcome.Commit);
        await exchange.JsonAsync(Answer(exchange, repo.Id, outcome, warnings)).ConfigureAwait(false);
    }

    private static JsonObject Answer(Exchange exchange, RepoId repo, CommitOutcome outcome, string warnings)
    {
        var answer = new JsonObject
        {
            ["success"] = true,
            ["commitOid"] = outcome.Commit.Hex,
            ["commitUrl"] = $"{exchange.AddressOf(repo)}/commit/{outcome.Commit.Hex}",
            ["hookOutput"] = warnings,
        };
        if (outcome.PullRequest is not null)
        {
            answer["pullRequestUrl"] = $"{exchange.AddressOf(repo)}/discussions/{outcome.PullRequest.Number}";
        }

        return answer;
    }

    private static bool IsLarge(HubServerOptions options, LfsRule rule, string path, long size) =>
        size >= options.RegularBelowBytes && rule.IsLarge(path, size);

    private static string Reference(Exchange exchange) => string.Join('/', exchange.Rest);

    private static Task<string?> TextAsync(Exchange exchange, RepoView view, string path) =>
        view.ReadTextAsync(path, MostAttributeBytes, exchange.Cancelled);
}
