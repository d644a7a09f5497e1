namespace LoRAEnsembleHub.Hub;

/// <summary>One try of a request failed on the way; the transport turns the last one into a <see cref="HubException"/>.</summary>
internal sealed class TransportFaultException(HubErrorKind kind, string message, bool mayPass, bool mayHaveActed, Exception? cause = null)
    : Exception(message, cause)
{
    public HubErrorKind Kind => kind;

    /// <summary>Whether another try can do better.</summary>
    public bool MayPass => mayPass;

    /// <summary>Whether the server may have done what was asked.</summary>
    public bool MayHaveActed => mayHaveActed;

    /// <summary>What to do when tries are used up.</summary>
    public string? Hint { get; init; }

    /// <returns>What a failed call to the HTTP library means.</returns>
    public static TransportFaultException From(Exception exception, Uri address)
    {
        var host = $"{address.Scheme}://{address.Authority}";
        var error = (exception as HttpRequestException)?.HttpRequestError ?? (exception as HttpIOException)?.HttpRequestError;
        return error switch
        {
            HttpRequestError.NameResolutionError => Broken(
                $"The name of {host} could not be resolved",
                acted: false,
                "Check the endpoint's name and the network."
            ),
            HttpRequestError.ConnectionError => Broken(
                $"{host} could not be reached",
                acted: false,
                "Check the endpoint's address, the network and the proxy."
            ),
            HttpRequestError.ProxyTunnelError => Broken(
                $"The proxy did not open a way to {host}",
                acted: false,
                "Check the proxy's address and credentials."
            ),
            HttpRequestError.SecureConnectionError => new(
                HubErrorKind.Network,
                $"No secure connection to {host}: {Innermost(exception)}.",
                mayPass: false,
                mayHaveActed: false,
                exception
            )
            {
                Hint = "If the hub or a proxy uses a certificate authority of its own, name its file (CertificateAuthorityFile).",
            },
            HttpRequestError.ConfigurationLimitExceeded => new(
                HubErrorKind.Metadata,
                $"The headers of the answer of {host} are longer than {HubHandler.MaxHeaderKilobytes} KiB.",
                mayPass: false,
                mayHaveActed: true,
                exception
            )
            {
                Hint = "A hub does not answer so; check the endpoint's address.",
            },
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => Broken(
                $"The answer of {host} is not HTTP",
                acted: true,
                "Check the endpoint's address and port."
            ),
            _ => Broken($"The connection to {host} broke", acted: true, "Check the network; what arrived is kept and continued from."),
        };

        TransportFaultException Broken(string problem, bool acted, string hint) =>
            new(HubErrorKind.Network, $"{problem}: {Innermost(exception)}.", mayPass: true, acted, exception) { Hint = hint };
    }

    private static string Innermost(Exception exception) => Redacted.Text(exception.GetBaseException().Message.TrimEnd('.'));
}
