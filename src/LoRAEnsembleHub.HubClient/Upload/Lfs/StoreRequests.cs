using System.Net;
using System.Text.Json;

namespace LoRAEnsembleHub.Hub;

/// <summary>Sends bytes of large files to the addresses that a hub gave for them, never with the token.</summary>
internal sealed class StoreRequests(HubClient hub, RepoId repo) : IDisposable
{
    private const int LongestAnswerBytes = 1 << 20;

    private readonly SemaphoreSlim places = new(hub.Options.MaxWorkers);

    /// <summary>Puts a file, or a part of one.</summary>
    /// <returns>The store's acknowledgement as sent (<c>ETag</c>); null if there is none.</returns>
    /// <exception cref="StoreRefusalException">The address is no longer good.</exception>
    /// <exception cref="HubException">The store failed or refused, or the file changed.</exception>
    public async Task<string?> PutAsync(
        PushFile file,
        Uri address,
        long offset,
        long count,
        UploadProgress.RequestBytes bytes,
        CancellationToken cancellationToken
    )
    {
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var request = new HubRequest
            {
                Method = HttpMethod.Put,
                Address = address,
                Body = () =>
                {
                    bytes.Restart();
                    return new FileBody(file, offset, count, bytes);
                },
                Headers = LargeBody.AskFirst(count),
                Authorize = false,
                MaxAnswerBytes = LongestAnswerBytes,
            };
            using var response = await hub.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return response.Headers.NonValidated.TryGetValues("ETag", out var etag) ? etag.ToString() : null;
        }
        catch (HubException refusal)
        {
            throw IsStale(refusal) ? new StoreRefusalException(refusal) : refusal;
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Says that all parts are there.</summary>
    /// <exception cref="StoreRefusalException">The store does not take them for the whole.</exception>
    /// <exception cref="HubException">The store failed.</exception>
    public async Task CompleteAsync(Uri address, LfsCompletion completion, CancellationToken cancellationToken)
    {
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(completion, UploadJson.Default.LfsCompletion);
            using var _ = await PostAsync(address, body, authorize: false, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException refusal) when ((int?)refusal.StatusCode is >= 400 and < 500)
        {
            throw new StoreRefusalException(refusal);
        }
    }

    /// <summary>Asks the hub to check that it has an object. The token goes along where the address is the hub's own.</summary>
    /// <exception cref="HubException">It has not, or failed.</exception>
    public async Task VerifyAsync(PushFile file, Uri address, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new LfsObject(file.Sha256.Hex, file.Size), UploadJson.Default.LfsObject);
        using var _ = await PostAsync(address, body, authorize: true, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => places.Dispose();

    private Task<HttpResponseMessage> PostAsync(Uri address, byte[] body, bool authorize, CancellationToken cancellationToken) =>
        hub.Transport.SendAsync(
            new()
            {
                Method = HttpMethod.Post,
                Address = address,
                Body = () => LfsBatch.Json(body),
                Headers = [LfsBatch.Accept],
                Authorize = authorize,
                Repo = authorize ? repo : null,
                ResponseTimeout = LargeBody.Patience(hub.Options),
                MaxAnswerBytes = LongestAnswerBytes,
            },
            cancellationToken
        );

    // Signed addresses run out while a long push waits for its turn.
    private static bool IsStale(HubException refusal) =>
        refusal.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone;
}
