using System.Globalization;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving.Cards;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Lists of repositories: <c>/api/models?search=&amp;author=&amp;filter=&amp;sort=&amp;limit=</c>.</summary>
internal static class ListRoutes
{
    private const int PerPage = 100;
    private const int MostPerPage = 1_000;

    public static void Map(RouteTable routes) => routes.List("GET", ListAsync);

    private static async Task ListAsync(Exchange exchange)
    {
        exchange.EnsureKnown();
        var found = new List<(RepoView View, RepoFacts Facts)>();
        foreach (var repo in await exchange.Host.Catalogue.ListAsync(exchange.Type, exchange.Cancelled).ConfigureAwait(false))
        {
            if ((repo.State.Private && !exchange.Caller.Opens(repo.Id)) || !MatchesName(exchange, repo.Id))
            {
                continue;
            }

            var view = await RepoView.OpenAsync(repo, RepoState.DefaultBranch, exchange.Cancelled).ConfigureAwait(false);
            var facts = await exchange.Host.Facts.ReadAsync(view, exchange.Cancelled).ConfigureAwait(false);
            if (MatchesFacts(exchange, facts))
            {
                found.Add((view, facts));
            }
        }

        var limit = Math.Max(1, exchange.Number("limit", PerPage, MostPerPage));
        var skip = exchange.Query("cursor") is { Length: > 0 } cursor ? Skip(cursor) : 0;
        var page = Sorted(exchange, found).Skip(skip).Take(limit).ToList();
        if (skip + page.Count < found.Count && page.Count > 0)
        {
            Paging.Next(exchange, ("cursor", Paging.Cursor((skip + page.Count).ToString(CultureInfo.InvariantCulture))));
        }

        var full = exchange.Flag("full") || exchange.QueryAll("expand").Contains("siblings");
        await exchange.JsonAsync(new JsonArray([.. page.Select(entry => Entry(entry.View, entry.Facts, full))])).ConfigureAwait(false);
    }

    private static bool MatchesName(Exchange exchange, RepoId id) =>
        (exchange.Query("search") is not { Length: > 0 } search || id.FullName.Contains(search, StringComparison.OrdinalIgnoreCase))
        && (
            exchange.Query("author") is not { Length: > 0 } author
            || string.Equals(id.Namespace, author, StringComparison.OrdinalIgnoreCase)
        );

    private static bool MatchesFacts(Exchange exchange, RepoFacts facts) =>
        exchange
            .QueryAll("filter")
            .SelectMany(filter => filter.Split(','))
            .All(filter => facts.Tags.Contains(filter) || filter == facts.Library || filter == facts.PipelineTag)
        && (exchange.Query("pipeline_tag") is not { Length: > 0 } task || task == facts.PipelineTag);

    // Nothing is counted here, so trends, downloads and likes are equal, and what is newest comes first.
    private static IEnumerable<(RepoView View, RepoFacts Facts)> Sorted(Exchange exchange, List<(RepoView View, RepoFacts Facts)> found)
    {
        DateTimeOffset Key((RepoView View, RepoFacts Facts) entry) =>
            exchange.Query("sort") is "createdAt" or "created_at" ? entry.View.Repo.State.CreatedAt : entry.View.Repo.State.ModifiedAt;
        return exchange.Query("sort") switch
        {
            null
            or ""
            or "lastModified"
            or "last_modified"
            or "trendingScore"
            or "trending_score"
            or "createdAt"
            or "created_at"
            or "downloads"
            or "likes" => (exchange.Query("direction") == "1" ? found.OrderBy(Key) : found.OrderByDescending(Key)).ThenBy(
                entry => entry.View.Repo.Id.FullName,
                StringComparer.Ordinal
            ),
            var other => throw RequestFault.BadRequest(
                $"'{HubText.Shown(other)}' is no order; lastModified, createdAt, trendingScore, downloads and likes are."
            ),
        };
    }

    private static int Skip(string cursor) =>
        int.TryParse(Paging.Read(cursor), NumberStyles.None, CultureInfo.InvariantCulture, out var skip)
            ? skip
            : throw RequestFault.BadRequest("The cursor is not one that this server gave.");

    private static JsonObject Entry(RepoView view, RepoFacts facts, bool full)
    {
        var entry = RepoJson.Of(view, facts);
        if (full)
        {
            entry["siblings"] = RepoJson.Siblings(view, withHashes: false);
        }

        return entry;
    }
}
