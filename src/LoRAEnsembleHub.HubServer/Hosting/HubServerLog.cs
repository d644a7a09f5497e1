using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What the server tells its log; never a token, never a query.</summary>
internal static partial class HubServerLog
{
    [LoggerMessage(1, LogLevel.Error, "A {Method} request failed (number {RequestId}).")]
    public static partial void Failed(ILogger logger, Exception error, string method, string requestId);

    [LoggerMessage(2, LogLevel.Debug, "Serving at {Address}.")]
    public static partial void Started(ILogger logger, Uri address);

    [LoggerMessage(30, LogLevel.Warning, "{Repo}: {Finding}")]
    public static partial void Found(ILogger logger, RepoId repo, string finding);

    [LoggerMessage(3, LogLevel.Information, "{Repo}: {Reference} is now {Commit}.")]
    public static partial void Committed(ILogger logger, RepoId repo, string reference, CommitHash commit);
}
