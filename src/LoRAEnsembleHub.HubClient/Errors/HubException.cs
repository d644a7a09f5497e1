using System.Net;

namespace LoRAEnsembleHub.Hub;

/// <summary>A hub, the way to it, or the cache did not do what was asked.</summary>
/// <remarks>Messages never hold a token or the query of a signed address.</remarks>
public sealed class HubException : Exception
{
    /// <summary>Says what went wrong.</summary>
    /// <param name="kind">What a caller can tell apart.</param>
    /// <param name="problem">What was found and what was needed, in a sentence.</param>
    /// <param name="hint">What to do next; null if there is nothing to say.</param>
    /// <param name="innerException">The cause.</param>
    public HubException(HubErrorKind kind, string problem, string? hint = null, Exception? innerException = null)
        : base(problem, innerException) => (Kind, Hint) = (kind, hint);

    /// <summary>What a caller can tell apart.</summary>
    public HubErrorKind Kind { get; }

    /// <summary>What to do next.</summary>
    public string? Hint { get; }

    /// <summary>The status of the answer; null if there was none.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>What was asked, without the query; null if nothing was.</summary>
    public string? Address { get; init; }

    /// <summary>The server's number for the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The repository concerned.</summary>
    public RepoId? RepoId { get; init; }

    /// <summary>What the server said, made safe to show.</summary>
    public string? ServerMessage { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The folder of the part that is there, with <see cref="HubErrorKind.IncompleteSnapshot"/>.</summary>
    public string? SnapshotFolder { get; init; }
}
