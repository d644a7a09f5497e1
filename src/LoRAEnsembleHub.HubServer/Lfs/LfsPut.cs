namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>Takes the bytes of a large file, or of one part of it, at a signed address.</summary>
internal static class LfsPut
{
    public static async Task AnswerAsync(Exchange exchange)
    {
        var uploads = exchange.Host.Large ?? throw RequestFault.NoSuchRoute();
        var grant = uploads.Addresses.Read(exchange);
        var bytes = grant.Part > 0 ? grant.BytesOfPart : grant.Size;
        var request = exchange.Http.Request;
        using var place = exchange.Host.Uploads.Enter();
        RequestBody.Allow(request, bytes);
        if (request.ContentLength is { } announced && announced != bytes)
        {
            throw RequestFault.BadRequest($"The body has {announced} bytes; the address is for {bytes}.");
        }

        if (grant.Part > 0)
        {
            exchange.Host.Store!.Objects.EnsureRoom(bytes);
            var hash = await uploads.Parts.PutAsync(grant, request.Body, exchange.Cancelled).ConfigureAwait(false);
            exchange.Http.Response.Headers.ETag = $"\"{hash}\"";
            return;
        }

        var objects = exchange.Host.Store!.Objects;
        if (objects.TryFind(grant.Content, out _))
        {
            // A client that repeats itself hears yes; its bytes are taken off the wire, or it would see a broken connection instead.
            await request.Body.CopyToAsync(Stream.Null, exchange.Cancelled).ConfigureAwait(false);
            return;
        }

        await objects.PutAsync(request.Body, grant.Content, grant.Size, exchange.Cancelled).ConfigureAwait(false);
    }
}
