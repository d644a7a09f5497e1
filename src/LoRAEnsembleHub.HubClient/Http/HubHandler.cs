using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace LoRAEnsembleHub.Hub;

/// <summary>Makes the connections: no automatic redirect (it would carry headers to other hosts), no decompression, no cookies, short heads.</summary>
internal static class HubHandler
{
    public const int MaxHeaderKilobytes = 64;

    public static SocketsHttpHandler Create(HubClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = Math.Max(options.MaxWorkers, 2) + 2,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            MaxResponseDrainSize = 1 << 16,
            UseProxy = options.UseProxy,
            Proxy = options.UseProxy ? new DirectToLoopback(options.Proxy ?? HttpClient.DefaultProxy) : null,
        };
        if (options.CertificateAuthorityFile is { } file)
        {
            var authorities = ReadAuthorities(file);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None
                || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsTrusted(certificate, chain, authorities));
        }

        return handler;
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        Exception? cause = null;
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            cause = exception;
        }

        return authorities.Count > 0
            ? authorities
            : throw new HubException(
                HubErrorKind.LocalFile,
                $"'{file}' holds no certificate that can be read.",
                "Name a PEM file with the certificates of the authorities to trust.",
                cause
            );
    }

    // The system did not know the authority; name and dates were right. The same certificate, checked against the given authorities.
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? offered, X509Certificate2Collection authorities)
    {
        if (certificate is null)
        {
            return false;
        }

        using var leaf = new X509Certificate2(certificate);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // As without a file: .NET's clients do not check by default.
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1")); // Server authentication.
        foreach (var element in offered?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(leaf);
    }

    // A proxy would see the token of a hub on this machine, and could not reach that hub either.
    private sealed class DirectToLoopback(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || proxy.IsBypassed(host);
    }
}
