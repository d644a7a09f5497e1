using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Reads bodies within a limit, whether or not their length is announced.</summary>
internal static class RequestBody
{
    /// <summary>Sets how long the body may be, instead of Kestrel's 30 MB; Kestrel answers 413 beyond.</summary>
    public static void Allow(HttpRequest request, long most)
    {
        if (request.ContentLength > most)
        {
            throw RequestFault.TooLarge($"The body has {request.ContentLength} bytes; at most {most} are taken here.");
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = most;
        }
    }

    /// <returns>The whole body.</returns>
    /// <exception cref="RequestFault">413: it is longer than <paramref name="most"/> bytes.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int most)
    {
        Allow(request, most);
        using var all = new MemoryStream();
        await request.Body.CopyToAsync(all, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }
}
