using System.CommandLine;
using System.Net;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The options that say which hub is asked, as whom, over which way, and where its files are kept.</summary>
internal sealed class HubChoice
{
    private readonly Option<string?> endpoint = OptionKinds.Text(
        "--endpoint",
        "URL",
        "The hub (default: HF_ENDPOINT, else https://huggingface.co)"
    );
    private readonly Option<string?> token = OptionKinds.Text(
        "--token",
        "TOKEN",
        "Access token (default: HF_TOKEN, else that of auth login; other users of this machine can see what is given here)"
    );
    private readonly Option<string?> proxy = OptionKinds.Text(
        "--proxy",
        "URL",
        "Proxy; 'none' goes directly (default: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY)"
    );
    private readonly Option<string?> authorities = OptionKinds.Text(
        "--ca-bundle",
        "FILE",
        "PEM file of certificate authorities to trust too (default: REQUESTS_CA_BUNDLE, SSL_CERT_FILE)"
    );
    private readonly CacheChoice cache;

    public HubChoice(Command command)
    {
        Option[] options = [endpoint, token, proxy, authorities];
        foreach (var option in options)
        {
            command.Add(option);
        }

        cache = new CacheChoice(command);
    }

    /// <summary>Makes the client that the options ask for; nothing is sent yet.</summary>
    /// <param name="parsed">The values.</param>
    /// <param name="session">Told of waits and retries.</param>
    /// <param name="isOffline">Whether <c>--offline</c> was given, besides the environment.</param>
    /// <param name="workers">Transfers at once; null for the default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<HubClient> OpenAsync(
        ParseResult parsed,
        Session session,
        bool isOffline,
        int? workers,
        CancellationToken cancellationToken
    ) => OpenAsync(parsed, session, isOffline, workers, parsed.GetValue(token), cancellationToken);

    /// <summary>Makes the client with a token from somewhere else than the options.</summary>
    public async Task<HubClient> OpenAsync(
        ParseResult parsed,
        Session session,
        bool isOffline,
        int? workers,
        string? given,
        CancellationToken cancellationToken
    )
    {
        var environment = HubEnvironment.Read();
        var defaults = new HubClientOptions { CacheFolder = cache.Folder(parsed) };
        return new HubClient(
            defaults with
            {
                Endpoint = Address("--endpoint", parsed.GetValue(endpoint) ?? environment.Endpoint),
                Token = await environment.TokensWith(given).FindAsync(cancellationToken).ConfigureAwait(false),
                Offline = isOffline || environment.IsOffline,
                InactivityTimeout = environment.DownloadTimeout ?? defaults.InactivityTimeout,
                MaxWorkers = workers ?? defaults.MaxWorkers,
                Proxy = ProxyOf(parsed.GetValue(proxy)),
                UseProxy = parsed.GetValue(proxy) != "none",
                CertificateAuthorityFile = parsed.GetValue(authorities) ?? environment.CertificateAuthorityFile,
                Logger = new SessionLogger(session),
            }
        );
    }

    /// <summary>The token that was given as an option, or null.</summary>
    public string? Token(ParseResult parsed) => parsed.GetValue(token);

    private static WebProxy? ProxyOf(string? text) => text is null or "none" ? null : new WebProxy(Address("--proxy", text));

    private static Uri Address(string option, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
            ? address
            : throw CommandException.Usage($"{option} is {text}; it must be an address that begins with http:// or https://.");
}
