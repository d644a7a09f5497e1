using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub;

/// <summary>What a pull says.</summary>
internal static partial class DownloadLog
{
    [LoggerMessage(20, LogLevel.Information, "{Path}: {Cause} It goes on at byte {Held} of {Size} in {Seconds:F1} s")]
    public static partial void GoesOn(ILogger logger, string path, string cause, long held, long size, double seconds);

    [LoggerMessage(
        21,
        LogLevel.Warning,
        "{Path}: what arrived has the hash or length {Found}, not {Expected}; it is deleted and fetched once more"
    )]
    public static partial void WrongContent(ILogger logger, string path, string found, string expected);

    [LoggerMessage(22, LogLevel.Information, "{Path}: the server does not send parts as asked; it starts from the first byte")]
    public static partial void NoParts(ILogger logger, string path);

    [LoggerMessage(23, LogLevel.Debug, "{Path}: {Size} bytes fetched")]
    public static partial void Fetched(ILogger logger, string path, long size);

    [LoggerMessage(24, LogLevel.Warning, "The hub could not be asked ({Cause}); the cache's snapshot {Commit} of {Repo} is used")]
    public static partial void FromCache(ILogger logger, string cause, string commit, string repo);
}
