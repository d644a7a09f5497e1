namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>What a client needs to send chunks.</summary>
/// <param name="Token">What it shows.</param>
/// <param name="Expires">The second of Unix time when that ends.</param>
/// <param name="Address">Where it sends to.</param>
internal sealed record XetAccess(string Token, long Expires, string Address)
{
    /// <summary>Makes a token for a repository that the caller may change.</summary>
    public static XetAccess Issue(Exchange exchange, RepoId repo)
    {
        var (token, expires) = exchange.Host.Large!.XetTokens.Issue(repo, exchange.Host.Options.LargeFiles.AddressLifetime);
        return new(token, expires, $"{exchange.BaseAddress}/{RouteTable.Aside}/{XetRoutes.Word}");
    }

    /// <returns>Where a client gets a new token.</returns>
    public static string AddressOf(Exchange exchange, RepoId repo) =>
        $"{exchange.BaseAddress}/api/{repo.Type.Plural()}/{repo.FullName}/{XetRoutes.TokenWord}/{RepoState.DefaultBranch}";
}
