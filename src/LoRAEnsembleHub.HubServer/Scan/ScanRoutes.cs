namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>What was found in a repository's files: <c>/api/models/ID/scan</c>.</summary>
internal static class ScanRoutes
{
    public static void Map(RouteTable routes) => routes.Repo("GET", "scan", AnswerAsync);

    private static async Task AnswerAsync(Exchange exchange)
    {
        var repo = await exchange.ReadableAsync().ConfigureAwait(false);
        var view = await RepoView
            .OpenAsync(repo, exchange.Query("revision") ?? RepoState.DefaultBranch, exchange.Cancelled)
            .ConfigureAwait(false);
        var verdicts = await exchange.Host.Verdicts.OfAllAsync(view, exchange.Cancelled).ConfigureAwait(false);
        await exchange.JsonAsync(SecurityStatus.OfRepository(verdicts)).ConfigureAwait(false);
    }
}
