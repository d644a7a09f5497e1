namespace LoRAEnsembleHub.Hub;

/// <summary>Reads the addresses that a hub gives for large files.</summary>
internal sealed class StoreAddresses(HubEndpoint endpoint)
{
    private const string PublicHub = "https://huggingface.co";

    /// <returns>The absolute address to send to.</returns>
    /// <param name="href">As the hub wrote it. Of a mirror that passes on the public hub's own addresses, those lead back to the mirror.</param>
    /// <exception cref="HubException"><see cref="HubErrorKind.Metadata"/>: it is none, or would take the bytes from https to plain http.</exception>
    public Uri Read(string? href)
    {
        var text = href ?? "";
        if (text.StartsWith(PublicHub + "/", StringComparison.Ordinal))
        {
            text = text[PublicHub.Length..].TrimStart('/');
        }

        if (!Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var given) || text.Length == 0)
        {
            throw Bad("no address", given);
        }

        var address = endpoint.Resolve(given);
        if (!HubEndpoint.IsHttp(address) || (given.IsAbsoluteUri && !HubEndpoint.IsHttp(given) && !text.StartsWith('/')))
        {
            throw Bad("an address that is neither http nor https", given);
        }

        if (endpoint.Address.Scheme == Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            throw Bad("an address without encryption", given);
        }

        return address;
    }

    private static HubException Bad(string problem, Uri? address) =>
        new(
            HubErrorKind.Metadata,
            address is null
                ? $"The hub gave {problem} for a large file."
                : $"The hub gave {problem} for a large file: '{HubText.Shown(Redacted.Address(address))}'.",
            "Nothing was committed. Tell whoever runs the hub."
        );
}
