using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>Writes grants as addresses, and reads them back from requests.</summary>
internal sealed class UploadAddresses(UploadSigner signer, TimeProvider time)
{
    public const string Word = "lfs";

    /// <returns>The address that a grant allows to use.</returns>
    /// <param name="baseAddress">Where the client reaches the server.</param>
    /// <param name="grant">What is allowed.</param>
    public string Of(string baseAddress, UploadGrant grant)
    {
        var part = grant.Part > 0 ? $"/{grant.Part.ToString(CultureInfo.InvariantCulture)}" : "";
        var parts = grant.PartBytes > 0 ? $"&part_bytes={grant.PartBytes.ToString(CultureInfo.InvariantCulture)}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{baseAddress}/{RouteTable.Aside}/{Word}/{grant.Content.Hex}{part}?repo={grant.Repo.Type.Plural()}/{grant.Repo.FullName}&size={grant.Size}{parts}&expires={grant.Expires}&signature={signer.Sign(grant.Text())}"
        );
    }

    /// <returns>What the address of a request allows.</returns>
    /// <exception cref="RequestFault">403: the address is not of this server's making, is for another method, or has expired.</exception>
    public UploadGrant Read(Exchange exchange)
    {
        var grant = Parse(exchange);
        if (grant is null || !signer.Fits(grant.Text(), exchange.Query("signature")))
        {
            throw RequestFault.Forbidden("This address was not handed out for such a request.");
        }

        return grant.Expires >= time.GetUtcNow().ToUnixTimeSeconds()
            ? grant
            : throw RequestFault.Forbidden("This address has expired; start the upload again, what is stored already is not sent again.");
    }

    private static UploadGrant? Parse(Exchange exchange)
    {
        var rest = exchange.Rest;
        var part = 0L;
        return
            rest.Count is 1 or 2
            && ContentHash.TryParse(rest[0], out var content)
            && content.IsSha256
            && (rest.Count == 1 || TryNumber(rest[1], out part))
            && part <= int.MaxValue
            && TryRepo(exchange.Query("repo"), out var repo)
            && TryNumber(exchange.Query("size"), out var size)
            && TryNumber(exchange.Query("part_bytes") ?? "0", out var partBytes)
            && TryNumber(exchange.Query("expires"), out var expires)
            ? new()
            {
                Method = exchange.Http.Request.Method,
                Repo = repo!,
                Content = content,
                Size = size,
                PartBytes = partBytes,
                Part = (int)part,
                Expires = expires,
            }
            : null;
    }

    private static bool TryNumber(string? text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryRepo(string? text, out RepoId? repo)
    {
        repo = null;
        var parts = (text ?? "").Split('/', 2);
        return parts.Length == 2 && RepoTypes.TryParse(parts[0], out var type) && RepoId.TryParse(parts[1], type, out repo);
    }
}
