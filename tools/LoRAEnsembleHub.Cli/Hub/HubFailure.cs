using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What is told of a failure between here and a hub.</summary>
internal static class HubFailure
{
    public static Failure Of(HubException exception)
    {
        var facts = string.Join(
            ", ",
            new[]
            {
                exception.StatusCode is { } status ? $"status {(int)status}" : null,
                exception.RequestId is { } request ? $"request {request}" : null,
            }.OfType<string>()
        );
        return new Failure(
            Word(exception.Kind),
            facts.Length > 0 ? $"{exception.Message} ({facts})" : exception.Message,
            exception.Hint,
            CodeOf(exception.Kind)
        );
    }

    private static ExitCode CodeOf(HubErrorKind kind) =>
        kind switch
        {
            HubErrorKind.InvalidName => ExitCode.Usage,
            HubErrorKind.RepositoryNotFound
            or HubErrorKind.RevisionNotFound
            or HubErrorKind.EntryNotFound
            or HubErrorKind.LocalEntryNotFound => ExitCode.NotFound,
            HubErrorKind.GatedRepo or HubErrorKind.DisabledRepo or HubErrorKind.Unauthorized or HubErrorKind.Forbidden =>
                ExitCode.NotAllowed,
            HubErrorKind.Network or HubErrorKind.Server or HubErrorKind.RateLimited or HubErrorKind.Offline => ExitCode.Network,
            HubErrorKind.Integrity or HubErrorKind.UnsafeName or HubErrorKind.Metadata => ExitCode.Integrity,
            _ => ExitCode.Failed,
        };

    // gated_repo and so on: the spelling of every word in the JSON.
    private static string Word(HubErrorKind kind) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
