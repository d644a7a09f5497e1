using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LoRAEnsembleHub.Hub;

/// <summary>Sends and reads JSON, never more of it than a limit.</summary>
internal static class HubJson
{
    /// <summary>The longest answer that is read as JSON: a listing of some 100,000 files on one page.</summary>
    public const long LongestAnswerBytes = 64 << 20;

    /// <summary>Asks, and reads the whole answer.</summary>
    /// <exception cref="HubException">As <see cref="HubTransport.SendAsync"/>; <see cref="HubErrorKind.Metadata"/> if the answer is not the expected JSON.</exception>
    public static async Task<T> AskAsync<T>(
        this HubTransport transport,
        HubRequest request,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var response = await transport
            .SendAsync(request with { MaxAnswerBytes = request.MaxAnswerBytes ?? LongestAnswerBytes }, cancellationToken)
            .ConfigureAwait(false);
        return await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a buffered answer.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.Metadata"/>: the answer is not the expected JSON.</exception>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var address = Redacted.Address(response.RequestMessage!.RequestUri!);
        try
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(bytes, type) ?? throw NotExpected(address, "null", null);
        }
        catch (JsonException exception)
        {
            throw NotExpected(address, $"at {exception.Path ?? "$"}, line {exception.LineNumber + 1}", exception);
        }
    }

    /// <returns>A maker of a JSON body.</returns>
    public static Func<HttpContent> Body<T>(T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return () => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <returns>An error for an answer that a hub would not give.</returns>
    public static HubException NotExpected(string address, string where, Exception? cause) =>
        new(
            HubErrorKind.Metadata,
            $"The answer of {address} is not the JSON that a hub sends ({HubText.Shown(where)}).",
            "Check the endpoint's address; a sign-in page or a proxy may have answered in the hub's place.",
            cause
        )
        {
            Address = address,
        };
}
