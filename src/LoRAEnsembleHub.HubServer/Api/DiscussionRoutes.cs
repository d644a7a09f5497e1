using System.Globalization;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Pull requests: open, list, look at, close, merge. Comments are not kept here, so they are not taken.</summary>
internal static class DiscussionRoutes
{
    public static void Map(RouteTable routes)
    {
        routes.Repo("GET", "discussions", ShowAsync);
        routes.Repo("POST", "discussions", ChangeAsync);
    }

    private static async Task ShowAsync(Exchange exchange)
    {
        var state = (await exchange.ReadableAsync().ConfigureAwait(false)).State;
        if (exchange.Rest.Count == 0)
        {
            var wanted = state
                .Discussions.Where(entry =>
                    exchange.Query("type") is not ("pull_request" or "discussion")
                    || (exchange.Query("type") == "pull_request") == (entry.Head is not null)
                )
                .Where(entry =>
                    exchange.Query("status") is not ("open" or "closed")
                    || (exchange.Query("status") == "open") == (entry.Status is "open" or "draft")
                )
                .Where(entry => exchange.Query("author") is not { Length: > 0 } author || author == entry.Author);
            await exchange
                .JsonAsync(
                    new JsonObject
                    {
                        ["discussions"] = new JsonArray([.. wanted.Reverse().Select(Json)]),
                        ["count"] = wanted.Count(),
                        ["start"] = 0,
                    }
                )
                .ConfigureAwait(false);
            return;
        }

        var discussion = Find(state, exchange.Rest[0]);
        var answer = Json(discussion);
        answer["events"] = new JsonArray(
            new JsonObject
            {
                ["id"] = "1",
                ["type"] = "comment",
                ["createdAt"] = AnswerJson.Time(discussion.CreatedAt),
                ["author"] = new JsonObject { ["name"] = discussion.Author },
                ["data"] = new JsonObject
                {
                    ["edited"] = false,
                    ["hidden"] = false,
                    ["latest"] = new JsonObject
                    {
                        ["raw"] = discussion.Description,
                        ["html"] = System.Net.WebUtility.HtmlEncode(discussion.Description),
                    },
                },
            }
        );
        if (discussion.Head is not null)
        {
            answer["changes"] = new JsonObject
            {
                ["base"] = $"refs/heads/{discussion.Target}",
                ["mergeCommitId"] = discussion.MergedAs?.Hex,
            };
            answer["filesWithConflicts"] = new JsonArray();
        }

        await exchange.JsonAsync(answer).ConfigureAwait(false);
    }

    private static Task ChangeAsync(Exchange exchange) =>
        exchange.Rest switch
        {
            [] => OpenAsync(exchange),
            [var number, "status"] => StatusAsync(exchange, number),
            [var number, "merge"] => MergeAsync(exchange, number),
            _ => throw RequestFault.NoSuchRoute(),
        };

    private static async Task OpenAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var title = body.Text("title") is { Length: > 0 } text ? text : throw RequestFault.BadRequest("'title' is missing.");
        var withChanges = body.Flag("pullRequest") ?? false;
        var state = await repo.ChangeAsync(
                (_, state) =>
                {
                    var head = withChanges ? state.Branches[RepoState.DefaultBranch] : null;
                    var opened = new Discussion
                    {
                        Number = state.Discussions.Count + 1,
                        Title = title.ReplaceLineEndings(" "),
                        Description = body.Text("description") ?? "",
                        Author = exchange.Caller.User!,
                        CreatedAt = exchange.Host.Time.GetUtcNow(),
                        Status = withChanges ? "draft" : "open",
                        Head = head,
                        Base = head,
                    };
                    return Task.FromResult(state with { Discussions = state.Discussions.Add(opened) });
                },
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        var number = state.Discussions[^1].Number;
        await exchange
            .JsonAsync(
                new JsonObject
                {
                    ["num"] = number,
                    ["url"] = $"{exchange.AddressOf(repo.Id)}/discussions/{number}",
                    ["pullRequest"] = withChanges,
                }
            )
            .ConfigureAwait(false);
    }

    private static async Task StatusAsync(Exchange exchange, string number)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var status = body.Text("status") is "open" or "closed"
            ? body.Text("status")!
            : throw RequestFault.BadRequest("'status' must be open or closed.");
        await repo.ChangeAsync(
                (_, state) =>
                {
                    var discussion = Find(state, number);
                    return discussion.Status == "merged"
                        ? throw RequestFault.Conflict($"Pull request {discussion.Number} is merged already.")
                        : Task.FromResult(
                            state with
                            {
                                Discussions = state.Discussions.Replace(discussion, discussion with { Status = status }),
                            }
                        );
                },
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await exchange.JsonAsync(new JsonObject { ["newStatus"] = new JsonObject { ["status"] = status } }).ConfigureAwait(false);
    }

    private static async Task MergeAsync(Exchange exchange, string number)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var merged = await new PullRequestMerge(exchange.Host.Time, exchange.Host.Limits)
            .MergeAsync(repo, state => Find(state, number), exchange.Caller.User!, exchange.Cancelled)
            .ConfigureAwait(false);
        HubServerLog.Committed(exchange.Host.Logger, repo.Id, RepoState.DefaultBranch, merged);
        await exchange.JsonAsync(new JsonObject { ["mergeCommitId"] = merged.Hex }).ConfigureAwait(false);
    }

    private static Discussion Find(RepoState state, string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted)
        && state.Discussions.Find(discussion => discussion.Number == wanted) is { } found
            ? found
            : throw new RequestFault(404, $"There is no discussion {HubText.Shown(number)}.");

    private static JsonObject Json(Discussion discussion) =>
        new()
        {
            ["num"] = discussion.Number,
            ["title"] = discussion.Title,
            ["status"] = discussion.Status,
            ["author"] = new JsonObject { ["name"] = discussion.Author },
            ["isPullRequest"] = discussion.Head is not null,
            ["createdAt"] = AnswerJson.Time(discussion.CreatedAt),
        };
}
