using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Takes each request from the wire to its handler, and each error to an answer that clients understand.</summary>
internal sealed class Dispatcher(HubHost host, RouteTable routes)
{
    public async Task HandleAsync(HttpContext http)
    {
        Harden(http);
        try
        {
            OriginCheck.Pass(http.Request, host.Options);
            var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            var route = routes.Find(http.Request.Method, RequestPath.Parts(target, host.Options.PathPrefix));
            // Signed addresses and upload tokens are proof themselves; what a client sends along is no token of ours.
            var caller = route.IsOwn ? new Caller(null, false) : host.Tokens.Identify(http.Request.Headers.Authorization);
            await route.Handler(new(host, http, caller, route)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort(); // The client has gone; there is nobody to answer.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            await FaultAnswer.WriteAsync(http, Understand(http, error)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Half an answer is out: the broken connection tells the client, which the length alone might not.
            Understand(http, error);
            http.Abort();
        }
    }

    private static void Harden(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers["X-Request-Id"] = http.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
    }

    private RequestFault Understand(HttpContext http, Exception error)
    {
        switch (error)
        {
            case RequestFault fault:
                return fault;
            case BadHttpRequestException bad:
                return new(bad.StatusCode, bad.Message);
            case HubException { Kind: HubErrorKind.UnsafeName or HubErrorKind.InvalidName } name:
                return RequestFault.Unprocessable(name.Message);
            case IOException full when DiskSpace.IsFull(full):
                HubServerLog.Failed(host.Logger, error, http.Request.Method, http.TraceIdentifier);
                return new(507, "The server's disk is full; nothing of this was kept.");
            default:
                HubServerLog.Failed(host.Logger, error, http.Request.Method, http.TraceIdentifier);
                return new(500, "The server failed; its log has more under the request's number.");
        }
    }
}
