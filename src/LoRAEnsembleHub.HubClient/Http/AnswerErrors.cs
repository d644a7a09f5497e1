using System.Net;
using System.Text.Json;

namespace LoRAEnsembleHub.Hub;

/// <summary>Turns a refusal into an error that says what to do.</summary>
/// <remarks>The order of the cases is that of <c>hf_raise_for_status</c> of huggingface_hub.</remarks>
internal static class AnswerErrors
{
    private const string DisabledMessage = "Access to this resource is disabled.";
    private const string WrongTokenMessage = "Invalid credentials in Authorization header";
    private const int LongestMessageBytes = 1 << 16;

    /// <returns>The error for an answer that is no success.</returns>
    public static async Task<HubException> FromAsync(
        HubRequest request,
        HttpResponseMessage response,
        HubClientOptions options,
        CancellationToken cancellationToken
    )
    {
        var message =
            Header(response, "X-Error-Message") ?? await BodyMessageAsync(response, options, cancellationToken).ConfigureAwait(false);
        var kind = KindOf(request, response.StatusCode, Header(response, "X-Error-Code"), message);
        var retryAfter = ServerDelay.Of(response, options.Time.GetUtcNow());
        var address = Redacted.Address(response.RequestMessage!.RequestUri!);
        var shown = message is null ? null : Redacted.Text(message, options.Token);
        var (problem, hint) = ErrorTexts.For(kind, request, response, address, options.Token is not null, retryAfter);
        return new(kind, shown is null ? problem : $"{problem.TrimEnd('.')}: {shown}", hint)
        {
            StatusCode = response.StatusCode,
            Address = address,
            RequestId = (Header(response, "X-Request-Id") ?? Header(response, "X-Amzn-Trace-Id") ?? Header(response, "X-Amz-Cf-Id"))
                is { } id
                ? HubText.Shown(id)
                : null,
            RepoId = request.Repo,
            ServerMessage = shown,
            RetryAfter = retryAfter,
        };
    }

    private static HubErrorKind KindOf(HubRequest request, HttpStatusCode status, string? code, string? message) =>
        (code, (int)status) switch
        {
            ("RevisionNotFound", _) => HubErrorKind.RevisionNotFound,
            ("EntryNotFound", _) => HubErrorKind.EntryNotFound,
            ("GatedRepo", _) => HubErrorKind.GatedRepo,
            _ when message == DisabledMessage => HubErrorKind.DisabledRepo,
            ("RepoNotFound", _) => HubErrorKind.RepositoryNotFound,
            (_, 401) when message == WrongTokenMessage || request.Repo is null => HubErrorKind.Unauthorized,
            (_, 401) when request.Retry == RetryKind.OnlyIfRefused => HubErrorKind.Unauthorized, // A change is refused by what it needs.
            (_, 401) => HubErrorKind.RepositoryNotFound, // A hub answers so to strangers, to tell nobody what exists.
            (_, 403) => HubErrorKind.Forbidden,
            (_, 404) => request.NotFoundMeans,
            (_, 409 or 412) => HubErrorKind.Conflict,
            (_, 416) => HubErrorKind.RangeNotSatisfiable,
            (_, 429) => HubErrorKind.RateLimited,
            (_, >= 500) => HubErrorKind.Server,
            (_, >= 400) => HubErrorKind.BadRequest,
            _ => HubErrorKind.Metadata,
        };

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) && values.ToString() is { Length: > 0 } value ? value : null;

    private static async Task<string?> BodyMessageAsync(
        HttpResponseMessage response,
        HubClientOptions options,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await AnswerBody.BufferAsync(response, LongestMessageBytes, options, cancellationToken).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return response.Content.Headers.ContentType?.MediaType switch
            {
                "application/json" => JsonMessage(text),
                "text/plain" when text.Length > 0 => text,
                _ => null, // A page made for people says nothing in one line.
            };
        }
        catch (Exception exception) when (exception is TransportFaultException or JsonException or InvalidOperationException)
        {
            return null; // The status alone has to do.
        }
    }

    private static string? JsonMessage(string text)
    {
        using var document = JsonDocument.Parse(text);
        var messages = new List<string>();
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in (string[])["error", "error_description", "errors", "message"])
            {
                if (document.RootElement.TryGetProperty(name, out var value))
                {
                    Collect(value, messages);
                }
            }
        }

        return messages.Count == 0 ? null : string.Join("; ", messages.Distinct());
    }

    private static void Collect(JsonElement value, List<string> messages)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                messages.Add(value.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, messages);
                }

                break;
            case JsonValueKind.Object when value.TryGetProperty("message", out var message):
                Collect(message, messages);
                break;
        }
    }
}
