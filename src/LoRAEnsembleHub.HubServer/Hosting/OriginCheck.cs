using System.Net;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Keeps web pages that a user happens to visit away from a server on the user's own machine.</summary>
/// <remarks>
/// A page can make a browser send requests to 127.0.0.1, and by a name that it turns to 127.0.0.1 (DNS rebinding) even read the answers. So a
/// server on a loopback address answers only to names of the machine itself, and no server takes changes from another site's page.
/// </remarks>
internal static class OriginCheck
{
    /// <exception cref="RequestFault">403: the request comes from, or goes to, somewhere else.</exception>
    public static void Pass(HttpRequest request, HubServerOptions options)
    {
        var host = request.Host;
        if (IPAddress.IsLoopback(options.Address) && !IsThisMachine(host.Host) && options.PublicUrl?.Host != host.Host)
        {
            throw RequestFault.Forbidden($"This server does not go by the name '{HubText.Shown(host.Host)}'.");
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !IsOwn(origin, host, options))
        {
            throw RequestFault.Forbidden("Changes from another site's page are refused.");
        }
    }

    private static bool IsThisMachine(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsOwn(string origin, HostString host, HubServerOptions options) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && (uri.Authority == host.Value || uri.Authority == options.PublicUrl?.Authority);
}
