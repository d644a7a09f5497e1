using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What is told about the hub above.</summary>
internal static partial class MirrorLog
{
    [LoggerMessage(20, LogLevel.Warning, "The hub above does not answer ({Kind}); {Repo} is served as it was, if it is here.")]
    public static partial void Silent(ILogger logger, RepoId repo, HubErrorKind kind);

    [LoggerMessage(21, LogLevel.Information, "The hub above does not give {Repo} ({Kind}).")]
    public static partial void Refused(ILogger logger, RepoId repo, HubErrorKind kind);
}
