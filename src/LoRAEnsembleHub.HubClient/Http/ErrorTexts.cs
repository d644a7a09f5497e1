using System.Globalization;

namespace LoRAEnsembleHub.Hub;

/// <summary>What each refusal is called, and what to do about it.</summary>
internal static class ErrorTexts
{
    /// <param name="kind">What went wrong.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="response">What was answered.</param>
    /// <param name="address">What is shown of the address.</param>
    /// <param name="hasToken">Whether the client has a token.</param>
    /// <param name="retryAfter">How long the server asks to wait.</param>
    /// <returns>A sentence on what happened, and the next step.</returns>
    public static (string Problem, string? Hint) For(
        HubErrorKind kind,
        HubRequest request,
        HttpResponseMessage response,
        string address,
        bool hasToken,
        TimeSpan? retryAfter
    )
    {
        var repo = request.Repo is { } id ? $"{id.Type.Word()} '{id.FullName}'" : "what was asked for";
        var status = (int)response.StatusCode;
        return kind switch
        {
            HubErrorKind.RepositoryNotFound => (
                $"There is no {repo} at {address}, or it is private.",
                hasToken
                    ? "Check the id and its kind; if it is private, the token needs the right to read it."
                    : "Check the id and its kind; if it is private, log in or give a token."
            ),
            HubErrorKind.RevisionNotFound => (
                $"The revision was not found in {repo} ({address}).",
                "Check the name of the branch, tag or commit."
            ),
            HubErrorKind.EntryNotFound => ($"The file was not found in {repo} ({address}).", "Check the file's name and the revision."),
            HubErrorKind.GatedRepo => (
                $"Access to {repo} must be asked for ({address}).",
                "Ask for it on the repository's page, then use a token of the same account."
            ),
            HubErrorKind.DisabledRepo => ($"The hub has disabled {repo} ({address}).", "Only the hub's operators can enable it."),
            HubErrorKind.Unauthorized => (
                $"The hub does not accept the {(hasToken ? "token" : "request without a token")} ({address}).",
                hasToken ? "Log in anew; the token may be mistyped, expired or revoked." : "Log in or give a token."
            ),
            HubErrorKind.Forbidden => (
                $"The hub does not allow {request.Method} on {repo} ({address}).",
                "If it is a matter of rights, use a token with the needed one (write, for a push), of an account that has it."
            ),
            HubErrorKind.Conflict => (
                $"{address} answered {status}: something was there already or changed meanwhile.",
                "Look at the present state, then try again."
            ),
            HubErrorKind.RateLimited => (
                $"Too many requests to {address}.",
                retryAfter is { } wait
                    ? $"Wait {Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)} s, or use a token: the limit is higher with one."
                    : "Wait a few minutes, or use a token: the limit is higher with one."
            ),
            HubErrorKind.RangeNotSatisfiable => (
                $"{address} does not have the part of the file that was asked for.",
                "The file's length differs from what the hub announced; try again later."
            ),
            HubErrorKind.Server => (
                $"{address} answered {status}.",
                "The hub has a problem; try again later. What arrived is kept and continued from."
            ),
            HubErrorKind.BadRequest when status == 407 => ("The proxy asks for credentials.", "Give them with the proxy's address."),
            HubErrorKind.BadRequest => (
                $"{address} refused the request with status {status}.",
                "The hub's message, if any, says what it needs."
            ),
            _ => ($"{address} answered {status}, which a hub does not.", "Check the endpoint's address."),
        };
    }
}
