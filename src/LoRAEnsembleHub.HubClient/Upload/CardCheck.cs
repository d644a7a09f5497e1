using System.Net;
using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Lets a hub check a model card before anything is sent.</summary>
/// <remarks>A hub checks again at the commit, so one without this service loses nothing.</remarks>
internal sealed class CardCheck(HubTransport transport, RepoId repo)
{
    private const string CardPath = "README.md";
    private const int LongestCardBytes = 4 << 20;
    private const int LongestAnswerBytes = 1 << 20;

    /// <returns>What the hub found odd but accepts; nothing if no card is pushed.</returns>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.BadRequest"/>: the card's metadata are wrong. <see cref="HubErrorKind.LocalFile"/>: it is not text.
    /// </exception>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<PushFile> files, CancellationToken cancellationToken)
    {
        if (files.FirstOrDefault(file => file.Path == CardPath) is not { } card)
        {
            return [];
        }

        if (card.Size > LongestCardBytes)
        {
            return [$"{CardPath} has {card.Size} bytes; it was not checked before the push, only up to {LongestCardBytes} bytes are."];
        }

        var text = Text(await FileReading.ReadAllAsync(card, cancellationToken).ConfigureAwait(false));
        var request = new HubRequest
        {
            Method = HttpMethod.Post,
            Address = new(HubAddresses.ValidateYaml, UriKind.Relative),
            Body = HubJson.Body(new(text, repo.Type.Word()), UploadJson.Default.CardRequest),
            Expected =
            [
                (int)HttpStatusCode.BadRequest,
                (int)HttpStatusCode.NotFound,
                (int)HttpStatusCode.MethodNotAllowed,
                (int)HttpStatusCode.NotImplemented,
            ],
            MaxAnswerBytes = LongestAnswerBytes,
        };
        using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (await AnswerAsync(response, cancellationToken).ConfigureAwait(false) is not { } answer)
        {
            return [];
        }

        var errors = Messages(answer.Errors);
        return errors.Count == 0
            ? Messages(answer.Warnings)
            : throw new HubException(
                HubErrorKind.BadRequest,
                $"The hub refuses the metadata of {CardPath}: {string.Join("; ", errors)}",
                $"Nothing was pushed. Correct the lines between the two '---' at the top of {CardPath}."
            )
            {
                StatusCode = response.StatusCode,
                RepoId = repo,
                ServerMessage = string.Join("; ", errors),
            };
    }

    // A hub without the service may answer with a page, or with JSON of another kind.
    private static async Task<CardAnswer?> AnswerAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await HubJson.ReadAsync(response, UploadJson.Default.CardAnswer, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException notJson) when (notJson.Kind == HubErrorKind.Metadata)
        {
            return null;
        }
    }

    private static List<string> Messages(IReadOnlyList<CardRemark>? remarks) =>
        [.. (remarks ?? []).Where(remark => remark.Message is not null).Select(remark => Redacted.Text(remark.Message!))];

    private static string Text(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException cause)
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                $"{CardPath} is not UTF-8 text (byte {cause.Index}).",
                "Nothing was pushed. Save the card as UTF-8.",
                cause
            );
        }
    }
}
