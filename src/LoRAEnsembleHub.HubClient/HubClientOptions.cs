using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoRAEnsembleHub.Hub;

/// <summary>Which hub a client speaks to, as whom, and how patiently.</summary>
/// <remarks>The library reads no environment variable for these; whoever starts it decides. (With <see cref="UseProxy"/> and no
/// <see cref="Proxy"/>, .NET finds the system's proxy, which on Unix is named by <c>HTTPS_PROXY</c> and its kin.)</remarks>
public sealed record HubClientOptions
{
    /// <summary>The hub's address: http or https, perhaps with a path, without query or credentials.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>The access token; null to ask anonymously.</summary>
    /// <remarks>It goes to the origin of <see cref="Endpoint"/> only, and over plain http only to this machine.</remarks>
    public string? Token { get; init; }

    /// <summary>The folder of the cache, shared with Hugging Face's own tools.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Whether only the cache may be asked. No connection is opened then, nor the means for one made.</summary>
    public bool Offline { get; init; }

    /// <summary>How the client names itself to the hub.</summary>
    public string UserAgent { get; init; } = "lorae-hub/" + LibraryVersion;

    /// <summary>How long opening a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the hub may take from the end of a request to the head of its answer.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a transfer may stand still before the connection is given up and the transfer continued on another.</summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often one request, or one file without any progress, is tried again; 0 or more.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>How long one request may wait between tries, in all; a hub that asks for a longer wait is not waited for.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The proxy; null for the system's.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Whether a proxy is used at all. This machine itself is always reached directly.</summary>
    public bool UseProxy { get; init; } = true;

    /// <summary>A PEM file of certificate authorities to trust besides the system's; null for none.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>How many files are transferred at once; 1 or more.</summary>
    public int MaxWorkers { get; init; } = 8;

    /// <summary>The clock of waits, time-outs and cached times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the client says what it does. It never says a token.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Gives numbers from 0 (included) to 1 (excluded), by which waits differ so that clients do not return in step.</summary>
    internal Func<double> Chance { get; init; } =
        () => System.Security.Cryptography.RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);

    /// <summary>Says how many bytes may still be written at a path; null if that cannot be known.</summary>
    internal Func<string, long?> FreeBytes { get; init; } = DiskSpace.FreeAt;

    private static string LibraryVersion =>
        typeof(HubClientOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "0";

    internal HubClientOptions Checked()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(CacheFolder);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWorkers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRetries);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryBudget, TimeSpan.Zero);
        CheckTimeout(ConnectTimeout, nameof(ConnectTimeout));
        CheckTimeout(ResponseTimeout, nameof(ResponseTimeout));
        CheckTimeout(InactivityTimeout, nameof(InactivityTimeout));
        _ = new HubEndpoint(Endpoint);

        // A header's line must end where the token does; the token itself is not shown.
        return Token is null || (Token.Length > 0 && Token.All(letter => letter is > ' ' and < '\u007f'))
            ? this
            : throw new HubException(
                HubErrorKind.InvalidName,
                "The access token is empty or has spaces, line ends or letters outside ASCII.",
                "Take the token as the hub shows it, without quotes and line ends."
            );
    }

    private static void CheckTimeout(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(name, value, "A time-out is more than nothing and at most a day.");
        }
    }

    // Records print their members; a token must not be among them.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append(nameof(Endpoint)).Append(" = ").Append(Endpoint).Append(", ");
        builder.Append(nameof(Token)).Append(" = ").Append(Token is null ? "none" : "(hidden)").Append(", ");
        builder.Append(nameof(CacheFolder)).Append(" = ").Append(CacheFolder).Append(", ");
        builder.Append(nameof(Offline)).Append(" = ").Append(Offline);
        return true;
    }
}
