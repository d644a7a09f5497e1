using System.Globalization;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>The addresses by which Xet clients upload: a bridge from chunks to plain content, with nothing for downloads.</summary>
/// <remarks>xet-core, cas_client; nothing of what is sent is offered for deduplication, so every question for known chunks is answered by no.</remarks>
internal static class XetRoutes
{
    public const string Word = "xet";
    public const string TokenWord = "xet-write-token";

    public static void Map(RouteTable routes)
    {
        routes.Repo("GET", TokenWord, TokenAsync);
        routes.Own("GET", Word, AskAsync);
        routes.Own("POST", Word, TakeAsync);
    }

    private static async Task TokenAsync(Exchange exchange)
    {
        var repository = await exchange.WritableAsync().ConfigureAwait(false);
        if (!exchange.Host.Options.LargeFiles.XetBridge)
        {
            throw new RequestFault(501, "This server takes no Xet uploads. Set HF_HUB_DISABLE_XET=1 and push again.");
        }

        var access = XetAccess.Issue(exchange, repository.Id);
        var headers = exchange.Http.Response.Headers;
        headers.CacheControl = "no-store";
        headers["X-Xet-Access-Token"] = access.Token;
        headers["X-Xet-Token-Expiration"] = access.Expires.ToString(CultureInfo.InvariantCulture);
        headers["X-Xet-Cas-Url"] = access.Address;
        await exchange
            .JsonAsync(
                new JsonObject
                {
                    ["accessToken"] = access.Token,
                    ["exp"] = access.Expires,
                    ["casUrl"] = access.Address,
                }
            )
            .ConfigureAwait(false);
    }

    private static Task AskAsync(Exchange exchange)
    {
        var (uploads, repo) = Enter(exchange);
        return
            exchange.Rest is ["v1", "xorbs", "default", var name]
            && XetHash.TryParse(name, out var hash)
            && uploads.Xorbs.Contains(repo, hash.Value)
            ? Task.CompletedTask
            : throw new RequestFault(404, "Not known here.");
    }

    private static async Task TakeAsync(Exchange exchange)
    {
        var (uploads, repo) = Enter(exchange);
        using var place = exchange.Host.Uploads.Enter();
        try
        {
            switch (exchange.Rest)
            {
                case ["v1", "xorbs", "default", var name] when XetHash.TryParse(name, out var hash):
                    exchange.Host.Store!.Objects.EnsureRoom(exchange.Http.Request.ContentLength ?? 0);
                    RequestBody.Allow(exchange.Http.Request, XetLimits.XorbBytes);
                    var isNew = await uploads
                        .Xorbs.PutAsync(repo, hash.Value, exchange.Http.Request.Body, exchange.Cancelled)
                        .ConfigureAwait(false);
                    await exchange.JsonAsync(new JsonObject { ["was_inserted"] = isNew }).ConfigureAwait(false);
                    break;
                case ["v1", "shards"]:
                    var shard = await RequestBody.ReadAsync(exchange.Http.Request, XetLimits.ShardBytes).ConfigureAwait(false);
                    await uploads.Shards.TakeAsync(repo, shard, exchange.Cancelled).ConfigureAwait(false);
                    await exchange.JsonAsync(new JsonObject { ["result"] = 1 }).ConfigureAwait(false);
                    break;
                default:
                    throw RequestFault.NoSuchRoute(); // Clients that know /v2/shards turn to /v1/shards then.
            }
        }
        catch (XetException error)
        {
            throw RequestFault.BadRequest(error.Message);
        }
    }

    private static (Lfs.LargeUploads Uploads, RepoId Repo) Enter(Exchange exchange)
    {
        var uploads = exchange.Host.Options.LargeFiles.XetBridge ? exchange.Host.Large : null;
        return uploads is null
            ? throw RequestFault.NoSuchRoute()
            : (uploads, uploads.XetTokens.Check(exchange.Http.Request.Headers.Authorization));
    }
}
