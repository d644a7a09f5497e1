namespace LoRAEnsembleHub.Hub;

/// <summary>The hub's own address: which others belong to it, and where its token may go.</summary>
internal sealed class HubEndpoint
{
    private readonly string prefix;

    public HubEndpoint(Uri address)
    {
        if (
            !address.IsAbsoluteUri
            || address.Scheme is not ("http" or "https")
            || address.Query.Length > 0
            || address.Fragment.Length > 0
            || address.UserInfo.Length > 0
        )
        {
            throw new HubException(
                HubErrorKind.InvalidName,
                $"'{HubText.Shown(Redacted.Address(address))}' is no address of a hub.",
                "Give http:// or https://, a host, perhaps a path; no query and no credentials (the token has its own place)."
            );
        }

        prefix = address.AbsoluteUri.TrimEnd('/');
        Address = new(prefix + "/");
    }

    /// <summary>The address with one <c>/</c> at its end.</summary>
    public Uri Address { get; }

    /// <returns>The absolute address; a relative one lies below the endpoint, also where the endpoint has a path.</returns>
    public Uri Resolve(Uri address) =>
        address.IsAbsoluteUri && IsHttp(address) ? address : new($"{prefix}/{address.OriginalString.TrimStart('/')}");

    /// <returns>Whether an address belongs to the hub.</returns>
    public bool IsOwn(Uri address) => IsSameOrigin(Address, address);

    /// <returns>Whether the token may be sent to an address.</returns>
    public bool MayAuthorize(Uri address) => IsOwn(address) && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback);

    public static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    public static bool IsHttp(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;
}
