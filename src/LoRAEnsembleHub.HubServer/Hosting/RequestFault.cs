namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A request that is answered with an error: status, code and words as Hugging Face's clients read them.</summary>
/// <param name="status">The status of the answer: 400 or more, or 307.</param>
/// <param name="message">What is wrong, for the user of the client.</param>
/// <param name="code">The code by which clients tell errors apart; null for those they know by status alone.</param>
internal sealed class RequestFault(int status, string message, string? code = null) : Exception(message)
{
    public int Status { get; } = status;

    public string? Code { get; } = code;

    /// <summary>The commit in which something is missing, so that clients can remember it.</summary>
    public CommitHash? Commit { get; init; }

    /// <summary>The address of the thing that exists already; clients that do not mind read it.</summary>
    public string? Url { get; init; }

    /// <summary>When to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Where the thing is now; the status is then 307.</summary>
    public string? Location { get; init; }

    public static RequestFault Moved(string location) => new(307, "The repository has another name now") { Location = location };

    public static RequestFault BadToken() => new(401, "Invalid credentials in Authorization header");

    public static RequestFault RepoNotFound() => new(404, "Repository not found", "RepoNotFound");

    public static RequestFault RevisionNotFound(string revision) =>
        new(404, $"Invalid rev id: {HubText.Shown(revision)}", "RevisionNotFound");

    public static RequestFault EntryNotFound(CommitHash? commit) => new(404, "Entry not found", "EntryNotFound") { Commit = commit };

    public static RequestFault NoSuchRoute() => new(404, "Sorry, we can't find the page you are looking for.");

    public static RequestFault BadRequest(string message) => new(400, message);

    public static RequestFault Forbidden(string message) => new(403, message);

    public static RequestFault Conflict(string message) => new(409, message);

    public static RequestFault TooLarge(string message) => new(413, message);

    public static RequestFault Unprocessable(string message) => new(422, message);
}
