using System.Globalization;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>Tells a client for each large file whether it is stored already, and if not, how to send it.</summary>
/// <remarks>
/// git-lfs batch API with the Hub's transfers <c>multipart</c> and <c>xet</c>. Clients send the bytes without a token and without the action's
/// headers, so all that protects an upload is in its signed address.
/// </remarks>
internal static class LfsBatch
{
    private const int MostParts = 10_000;

    public static async Task AnswerAsync(Exchange exchange)
    {
        var repository = await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        Check(body);
        var wanted = body.Objects("objects");
        if (wanted.Count > exchange.Host.Limits.PathsPerRequest)
        {
            throw RequestFault.TooLarge(
                $"The batch has {wanted.Count} objects; at most {exchange.Host.Limits.PathsPerRequest} are taken at once."
            );
        }

        var large = exchange.Host.Options.LargeFiles;
        var transfers = Transfers(body);
        var useXet = large is { XetBridge: true, PreferXet: true } && transfers.Contains("xet");
        var canSplit = transfers.Contains("multipart");
        var objects = wanted.Select(each => Object(exchange, repository.Id, each, useXet, canSplit)).ToList();
        var inParts = objects.Any(each => each["actions"]?["upload"]?["header"]?["chunk_size"] is not null);
        exchange.Http.Response.Headers.CacheControl = "no-store"; // The addresses end.
        await exchange
            .JsonAsync(
                new JsonObject
                {
                    ["transfer"] =
                        useXet ? "xet"
                        : inParts ? "multipart"
                        : "basic",
                    ["objects"] = new JsonArray([.. objects]),
                    ["hash_algo"] = "sha256",
                }
            )
            .ConfigureAwait(false);
    }

    private static void Check(JsonObject body)
    {
        if (body.Text("operation") is not "upload" and var operation)
        {
            throw RequestFault.Unprocessable(
                $"The operation '{HubText.Shown(operation ?? "")}' is not offered: only 'upload'. Download by /resolve/ addresses."
            );
        }

        if (body.Text("hash_algo") is { } algorithm and not ("sha256" or "sha_256"))
        {
            throw RequestFault.Conflict($"The hash '{HubText.Shown(algorithm)}' is not known; use sha256.");
        }
    }

    private static HashSet<string> Transfers(JsonObject body) =>
        body["transfers"] switch
        {
            null => ["basic"],
            JsonArray list => [.. list.OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var text) ? text : "")],
            _ => throw RequestFault.BadRequest("'transfers' must be a list of texts."),
        };

    private static JsonObject Object(Exchange exchange, RepoId repo, JsonObject wanted, bool useXet, bool canSplit)
    {
        var oid = wanted.Text("oid") ?? "";
        var size = wanted.Size("size") ?? throw RequestFault.BadRequest("Each object must have a size.");
        var answer = new JsonObject { ["oid"] = oid, ["size"] = size };
        if (!ContentHash.TryParse(oid, out var content) || !content.IsSha256)
        {
            return Refused(answer, 422, $"'{HubText.Shown(oid)}' is no SHA-256.");
        }

        var objects = exchange.Host.Store!.Objects;
        if (objects.TryFind(content, out var present))
        {
            return present.Length == size
                ? Granted(answer)
                : Refused(answer, 422, $"{oid} is stored and has {present.Length} bytes, not {size}.");
        }

        try
        {
            objects.EnsureFits(size);
        }
        catch (RequestFault fault)
        {
            return Refused(answer, fault.Status, fault.Message);
        }

        Granted(answer)["actions"] = useXet ? XetActions(exchange, repo) : Actions(exchange, repo, content, size, canSplit);
        return answer;
    }

    private static JsonObject Granted(JsonObject answer)
    {
        answer["authenticated"] = true;
        return answer;
    }

    private static JsonObject Refused(JsonObject answer, int code, string message)
    {
        answer["error"] = new JsonObject { ["code"] = code, ["message"] = message };
        return answer;
    }

    private static JsonObject Actions(Exchange exchange, RepoId repo, ContentHash content, long size, bool canSplit)
    {
        var large = exchange.Host.Options.LargeFiles;
        var uploads = exchange.Host.Large!;
        var inParts = canSplit && size > large.MultipartAboveBytes;
        var whole = new UploadGrant
        {
            Method = inParts ? "POST" : "PUT",
            Repo = repo,
            Content = content,
            Size = size,
            PartBytes = inParts ? Math.Max(large.PartBytes, ((size - 1) / MostParts) + 1) : 0,
            Expires = (exchange.Host.Time.GetUtcNow() + large.AddressLifetime).ToUnixTimeSeconds(),
        };
        var upload = new JsonObject
        {
            ["href"] = uploads.Addresses.Of(exchange.BaseAddress, whole),
            ["expires_in"] = (long)large.AddressLifetime.TotalSeconds,
        };
        if (inParts)
        {
            upload["header"] = Parts(exchange, whole with { Method = "PUT" });
        }

        return new()
        {
            ["upload"] = upload,
            ["verify"] = new JsonObject { ["href"] = $"{exchange.AddressOf(repo)}.git/{LfsVerify.Words}" },
        };
    }

    private static JsonObject Parts(Exchange exchange, UploadGrant whole)
    {
        var header = new JsonObject { ["chunk_size"] = whole.PartBytes.ToString(CultureInfo.InvariantCulture) };
        for (var part = 1; part <= whole.Parts; part++)
        {
            header[part.ToString("D5", CultureInfo.InvariantCulture)] = exchange.Host.Large!.Addresses.Of(
                exchange.BaseAddress,
                whole with
                {
                    Part = part,
                }
            );
        }

        return header;
    }

    private static JsonObject XetActions(Exchange exchange, RepoId repo)
    {
        var access = Xet.XetAccess.Issue(exchange, repo);
        return new()
        {
            ["upload"] = new JsonObject
            {
                ["href"] = Xet.XetAccess.AddressOf(exchange, repo),
                ["header"] = new JsonObject
                {
                    ["X-Xet-Cas-Url"] = access.Address,
                    ["X-Xet-Access-Token"] = access.Token,
                    ["X-Xet-Token-Expiration"] = access.Expires.ToString(CultureInfo.InvariantCulture),
                },
            },
        };
    }
}
