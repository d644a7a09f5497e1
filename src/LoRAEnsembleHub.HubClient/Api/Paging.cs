using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace LoRAEnsembleHub.Hub;

/// <summary>Reads a listing page after page; the link to the next page is followed only to the hub itself, and never in a circle.</summary>
internal static class Paging
{
    private const int MostPages = 10_000;

    /// <exception cref="HubException"><see cref="HubErrorKind.Metadata"/>: a page is no such JSON, or names a next page elsewhere or again.</exception>
    public static async IAsyncEnumerable<T[]> PagesAsync<T>(
        this HubTransport transport,
        HubRequest request,
        JsonTypeInfo<T[]> type,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            T[] page;
            Uri? next;
            using (
                var response = await transport
                    .SendAsync(request with { MaxAnswerBytes = HubJson.LongestAnswerBytes }, cancellationToken)
                    .ConfigureAwait(false)
            )
            {
                page = await HubJson.ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
                next = Next(response);
            }

            yield return page;
            if (next is null)
            {
                yield break;
            }

            if (!transport.Endpoint.IsOwn(next))
            {
                throw Refused(request, $"names a next page on another host ({Redacted.Address(next)})");
            }

            if (!seen.Add(next.AbsoluteUri) || seen.Count > MostPages)
            {
                throw Refused(request, "names next pages without end");
            }

            request = request with { Address = next };
        }
    }

    /// <returns>The address in <c>Link: &lt;…&gt;; rel="next"</c>; null if there is none.</returns>
    public static Uri? Next(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var values))
        {
            return null;
        }

        foreach (var link in values.ToString().Split('<').Skip(1))
        {
            var parts = link.Split('>', 2);
            if (
                parts.Length == 2
                && parts[1].Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase)
                && Uri.TryCreate(response.RequestMessage!.RequestUri, parts[0], out var next)
            )
            {
                return next;
            }
        }

        return null;
    }

    private static HubException Refused(HubRequest request, string what) =>
        new(
            HubErrorKind.Metadata,
            $"The listing at {Redacted.Address(request.Address)} {what}.",
            "The link was not followed and the token not sent. Check the endpoint's address; a mirror must rewrite its links."
        )
        {
            RepoId = request.Repo,
        };
}
