using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>Puts the parts of a large file together, once the client says that all are there.</summary>
internal static class LfsComplete
{
    public static async Task AnswerAsync(Exchange exchange)
    {
        var uploads = exchange.Host.Large ?? throw RequestFault.NoSuchRoute();
        var objects = exchange.Host.Store!.Objects;
        var grant = uploads.Addresses.Read(exchange);
        var hashes = Hashes(await exchange.BodyAsync().ConfigureAwait(false), grant);
        if (!objects.TryFind(grant.Content, out _))
        {
            await PlaceAsync(exchange, grant, hashes).ConfigureAwait(false);
        }

        uploads.Parts.Forget(grant);
        await exchange.JsonAsync(new JsonObject { ["oid"] = grant.Content.Hex, ["size"] = grant.Size }).ConfigureAwait(false);
    }

    private static async Task PlaceAsync(Exchange exchange, UploadGrant grant, IReadOnlyList<string> hashes)
    {
        var parts = exchange.Host.Large!.Parts;
        var objects = exchange.Host.Store!.Objects;
        var files = parts.Locate(grant, hashes);
        var pending = objects.Begin(grant.Size);
        await using (pending.ConfigureAwait(false))
        {
            try
            {
                foreach (var file in files)
                {
                    var part = File.OpenRead(file);
                    await using (part.ConfigureAwait(false))
                    {
                        await pending.AppendAsync(part, exchange.Cancelled).ConfigureAwait(false);
                    }
                }

                pending.Place(grant.Content);
            }
            catch (Exception error)
                when (error is FileNotFoundException or DirectoryNotFoundException && objects.TryFind(grant.Content, out _))
            {
                return; // The same completion came twice, and the other has placed the content and dropped the parts.
            }
            catch (RequestFault)
            {
                parts.Forget(grant); // Parts that came in full make other content: none of them can be right for sure.
                throw;
            }
        }
    }

    private static string[] Hashes(JsonObject body, UploadGrant grant)
    {
        if (body.Text("oid") is { } oid && oid != grant.Content.Hex)
        {
            throw RequestFault.BadRequest($"The body speaks of {HubText.Shown(oid)}; the address is for {grant.Content}.");
        }

        var hashes = new string?[grant.Parts];
        foreach (var part in body.Objects("parts"))
        {
            var number = part.Size("partNumber") ?? 0;
            if (number < 1 || number > hashes.Length)
            {
                throw RequestFault.BadRequest($"There is no part {number} of {hashes.Length}.");
            }

            var etag = (part.Text("etag") ?? "").Trim('"');
            hashes[number - 1] = ContentHash.TryParse(etag, out var hash) && hash.IsSha256 ? hash.Hex : throw Unknown(number);
        }

        return Array.IndexOf(hashes, null) is >= 0 and var missing ? throw Unknown(missing + 1) : [.. hashes.Select(hash => hash!)];
    }

    private static RequestFault Unknown(long part) =>
        RequestFault.BadRequest($"Part {part} is named without the ETag that its upload was answered with.");
}
