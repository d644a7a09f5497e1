using System.Globalization;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What branches, tags and commits there are: <c>refs</c> and <c>commits</c>.</summary>
internal static class RefRoutes
{
    private const int CommitsPerPage = 50;
    private const int MostCommitsPerPage = 1_000;

    public static void Map(RouteTable routes)
    {
        routes.Repo("GET", "refs", RefsAsync);
        routes.Repo("GET", "commits", CommitsAsync);
    }

    private static async Task RefsAsync(Exchange exchange)
    {
        var state = (await exchange.ReadableAsync().ConfigureAwait(false)).State;
        var answer = new JsonObject
        {
            ["branches"] = List(state.Branches, "refs/heads/"),
            ["converts"] = new JsonArray(),
            ["tags"] = List(state.Tags, "refs/tags/"),
        };
        if (exchange.Flag("include_prs") || exchange.Flag("include_pull_requests"))
        {
            var open = state.Discussions.Where(discussion => discussion.Head is not null);
            answer["pullRequests"] = new JsonArray([
                .. open.Select(discussion => Ref(discussion.Reference["refs/pr/".Length..], discussion.Reference, discussion.Head!)),
            ]);
        }

        await exchange.JsonAsync(answer).ConfigureAwait(false);
    }

    private static async Task CommitsAsync(Exchange exchange)
    {
        var repo = await exchange.ReadableAsync().ConfigureAwait(false);
        var view = await RepoView.OpenAsync(repo, string.Join('/', exchange.Rest), exchange.Cancelled).ConfigureAwait(false);
        var limit = Math.Max(1, exchange.Number("limit", CommitsPerPage, MostCommitsPerPage));
        var page = exchange.Number("p", 0, int.MaxValue / MostCommitsPerPage);
        var formatted = exchange.QueryAll("expand").Contains("formatted");
        var commits = new JsonArray();
        var total = 0L;
        await foreach (var commit in History.Before(repo, view.Commit, exchange.Cancelled).ConfigureAwait(false))
        {
            if (total >= (long)page * limit && commits.Count < limit)
            {
                commits.Add(Commit(commit, formatted));
            }

            total++;
        }

        exchange.Http.Response.Headers["X-Total-Count"] = total.ToString(CultureInfo.InvariantCulture);
        if ((page + 1L) * limit < total)
        {
            Paging.Next(exchange, ("p", (page + 1).ToString(CultureInfo.InvariantCulture)));
        }

        await exchange.JsonAsync(commits).ConfigureAwait(false);
    }

    private static JsonArray List(IReadOnlyDictionary<string, CommitHash> refs, string prefix) =>
        new([.. refs.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => Ref(entry.Key, prefix + entry.Key, entry.Value))]);

    private static JsonObject Ref(string name, string reference, CommitHash target) =>
        new()
        {
            ["name"] = name,
            ["ref"] = reference,
            ["targetCommit"] = target.Hex,
        };

    // The page of a commit is never shown as HTML here, so the formatted texts are the texts with HTML's own characters escaped.
    private static JsonObject Commit(CommitEntry commit, bool formatted)
    {
        var entry = new JsonObject
        {
            ["id"] = commit.Hash.Hex,
            ["title"] = commit.Title,
            ["message"] = Description(commit),
            ["authors"] = new JsonArray(new JsonObject { ["user"] = commit.Author }),
            ["date"] = AnswerJson.Time(commit.Date),
        };
        if (formatted)
        {
            entry["formatted"] = new JsonObject
            {
                ["title"] = System.Net.WebUtility.HtmlEncode(commit.Title),
                ["message"] = System.Net.WebUtility.HtmlEncode(Description(commit)),
            };
        }

        return entry;
    }

    private static string Description(CommitEntry commit) =>
        commit.Message.StartsWith(commit.Title, StringComparison.Ordinal)
            ? commit.Message[commit.Title.Length..].TrimStart('\n')
            : commit.Message;
}
