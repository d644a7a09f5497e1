using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub;

/// <summary>What the transport says; addresses come without query, tokens never.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Method} {Address}: {Status} in {Seconds:F3} s")]
    public static partial void Answered(ILogger logger, HttpMethod method, string address, int status, double seconds);

    [LoggerMessage(2, LogLevel.Information, "{Address}: {Cause}; try {Attempt} follows in {Seconds:F1} s")]
    public static partial void Retrying(ILogger logger, string address, string cause, double seconds, int attempt);

    [LoggerMessage(3, LogLevel.Information, "The hub's rate limit is used up; waited {Seconds:F0} s")]
    public static partial void Paced(ILogger logger, double seconds);

    [LoggerMessage(4, LogLevel.Warning, "The hub says: {Warning}")]
    public static partial void HubWarns(ILogger logger, string warning);

    [LoggerMessage(5, LogLevel.Warning, "The access token is not sent, since {Address} is neither https nor this machine")]
    public static partial void TokenWithheld(ILogger logger, string address);
}
