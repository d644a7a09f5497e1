using System.Net;

namespace LoRAEnsembleHub.Hub;

/// <summary>Where an answer sends the client on to, and whether the client goes.</summary>
internal static class Redirects
{
    private const int Most = 10;

    public static bool IsRedirect(HttpResponseMessage response) =>
        response.StatusCode
            is HttpStatusCode.MovedPermanently
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect;

    /// <returns>The next address.</returns>
    /// <exception cref="TransportFaultException">The client does not go there.</exception>
    public static Uri Next(HubRequest request, Uri address, HttpResponseMessage response, int redirects, HubEndpoint endpoint)
    {
        if (redirects >= Most)
        {
            throw Refused($"more than {Most} redirects");
        }

        var named = response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : null;
        if (named is null || !Uri.TryCreate(address, named, out var next) || !HubEndpoint.IsHttp(next) || next.UserInfo.Length > 0)
        {
            throw Refused("a redirect to no http address");
        }

        if (address.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
        {
            throw Refused($"a redirect from https to http ({Redacted.Address(next)})");
        }

        var reads = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
        if (!reads && response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
        {
            throw Refused($"a redirect that turns {request.Method} into another method");
        }

        return !reads && request.Authorize && !endpoint.IsOwn(next)
            ? throw Refused($"a redirect of {request.Method} to another host ({Redacted.Address(next)})")
            : next;

        TransportFaultException Refused(string what) =>
            new(HubErrorKind.Metadata, $"{Redacted.Address(address)} answered with {what}.", mayPass: false, mayHaveActed: false)
            {
                Hint = "The redirect was not followed. Check the endpoint's address.",
            };
    }
}
