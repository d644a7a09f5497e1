using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace LoRAEnsembleHub.Hub;

/// <summary>Asks a hub where large files go.</summary>
internal sealed class LfsBatch(HubClient hub, RepoId repo, string? branch)
{
    /// <summary>How many files one question may be about.</summary>
    public const int MostObjects = 100;

    private const string MediaType = "application/vnd.git-lfs+json";
    private const int LongestAnswerBytes = 1 << 26;

    /// <summary>The kind of answer that is wanted.</summary>
    public static KeyValuePair<string, string> Accept { get; } = new("Accept", MediaType);

    /// <returns>A body of Git LFS's own kind.</returns>
    public static HttpContent Json(byte[] body) =>
        new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(MediaType) } };

    /// <returns>What to do for each file, by its SHA-256; null if the hub takes no file this way (it has no LFS, or wants Xet).</returns>
    /// <exception cref="HubException">The hub refused, failed, or left a file out of its answer.</exception>
    public async Task<IReadOnlyDictionary<string, LfsObjectAnswer>?> AskAsync(
        IReadOnlyList<PushFile> files,
        CancellationToken cancellationToken
    )
    {
        var question = new LfsBatchRequest
        {
            Objects = [.. files.Select(file => new LfsObject(file.Sha256.Hex, file.Size))],
            Ref = branch is null ? null : new LfsRef(branch),
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(question, UploadJson.Default.LfsBatchRequest);
        var request = new HubRequest
        {
            Method = HttpMethod.Post,
            Address = new(HubAddresses.LfsBatch(repo), UriKind.Relative),
            Body = () => Json(body),
            Headers = [Accept],
            Repo = repo,
            MaxAnswerBytes = LongestAnswerBytes,
            Expected = [(int)HttpStatusCode.NotFound, (int)HttpStatusCode.MethodNotAllowed, (int)HttpStatusCode.NotImplemented],
        };
        using var response = await hub.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            // Without a code it is the route that is missing, with one the repository.
            return response.Headers.NonValidated.Contains("X-Error-Code")
                ? throw await AnswerErrors.FromAsync(request, response, hub.Options, cancellationToken).ConfigureAwait(false)
                : null;
        }

        var answer = await HubJson.ReadAsync(response, UploadJson.Default.LfsBatchAnswer, cancellationToken).ConfigureAwait(false);
        if (answer.Transfer is not (null or "basic" or "multipart"))
        {
            return null;
        }

        var objects = (answer.Objects ?? []).Where(one => one.Oid is not null).ToLookup(one => one.Oid!, StringComparer.Ordinal);
        return files.ToDictionary(
            file => file.Sha256.Hex,
            file => objects[file.Sha256.Hex].FirstOrDefault() ?? throw LeftOut(file),
            StringComparer.Ordinal
        );
    }

    private static HubException LeftOut(PushFile file) =>
        new(
            HubErrorKind.Metadata,
            $"The hub did not say where '{HubText.Shown(file.Path)}' goes.",
            "This is a fault of the hub; nothing was committed. Tell whoever runs it."
        );
}
