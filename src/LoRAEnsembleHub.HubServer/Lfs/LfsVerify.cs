using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>Tells a client whether a large file that it has sent is stored.</summary>
internal static class LfsVerify
{
    public const string Words = "info/lfs/objects/verify";

    public static async Task AnswerAsync(Exchange exchange)
    {
        await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        if (!ContentHash.TryParse(body.Text("oid"), out var content) || !content.IsSha256)
        {
            throw RequestFault.Unprocessable("'oid' must be a SHA-256 of 64 hexadecimal digits.");
        }

        if (!exchange.Host.Store!.Objects.TryFind(content, out var file))
        {
            throw new RequestFault(404, $"{content} is not stored.");
        }

        if (body.Size("size") is { } size && size != file.Length)
        {
            throw RequestFault.Unprocessable($"{content} has {file.Length} bytes, not {size}.");
        }

        await exchange.JsonAsync(new JsonObject { ["oid"] = content.Hex, ["size"] = file.Length }).ConfigureAwait(false);
    }
}
