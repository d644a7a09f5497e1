using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving.Scan;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What is known about one repository: <c>/api/models/ID</c> and <c>…/revision/REV</c>; and whether the caller may use it.</summary>
internal static class InfoRoutes
{
    public static void Map(RouteTable routes)
    {
        routes.Repo("GET", "", exchange => InfoAsync(exchange, RepoState.DefaultBranch));
        routes.Repo("GET", "revision", exchange => InfoAsync(exchange, string.Join('/', exchange.Rest)));
        routes.Repo("GET", "auth-check", AccessAsync);
    }

    private static async Task InfoAsync(Exchange exchange, string revision)
    {
        var repo = await exchange.ReadableAsync().ConfigureAwait(false);
        var view = await RepoView.OpenAsync(repo, revision, exchange.Cancelled).ConfigureAwait(false);
        var facts = await exchange.Host.Facts.ReadAsync(view, exchange.Cancelled).ConfigureAwait(false);
        var answer = RepoJson.Of(view, facts);
        answer["siblings"] = RepoJson.Siblings(view, withHashes: exchange.Flag("blobs"));
        if (exchange.Flag("securityStatus") || exchange.QueryAll("expand").Contains("securityStatus"))
        {
            var verdicts = await exchange.Host.Verdicts.OfAllAsync(view, exchange.Cancelled).ConfigureAwait(false);
            answer["securityRepoStatus"] = SecurityStatus.OfRepository(verdicts);
        }

        await exchange.JsonAsync(answer).ConfigureAwait(false);
    }

    // auth-check asks for reading, auth-check/write for writing.
    private static async Task AccessAsync(Exchange exchange)
    {
        await exchange.ReadableAsync().ConfigureAwait(false);
        if (exchange.Rest is ["write"])
        {
            await exchange.WritableAsync().ConfigureAwait(false);
        }
        else if (exchange.Rest.Count > 0)
        {
            throw RequestFault.NoSuchRoute();
        }

        await exchange.JsonAsync(new JsonObject()).ConfigureAwait(false);
    }
}
