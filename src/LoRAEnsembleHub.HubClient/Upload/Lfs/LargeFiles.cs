using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub;

/// <summary>Brings large files to the store of a hub.</summary>
internal sealed partial class LargeFiles(
    LfsBatch batch,
    StoreRequests store,
    StoreAddresses addresses,
    MultipartNotes notes,
    UploadProgress progress,
    HubClientOptions options
)
{
    private const int MostTries = 3;

    private readonly MultipartUpload parts = new(store, notes, options.MaxWorkers);

    /// <summary>Stores files, those first that the hub does not have.</summary>
    /// <returns>The files that the hub takes no way that this client speaks; they are not stored.</returns>
    /// <exception cref="HubException">A file could not be stored, or changed meanwhile.</exception>
    public async Task<IReadOnlyList<PushFile>> StoreAsync(IReadOnlyList<PushFile> files, CancellationToken cancellationToken)
    {
        var declined = new List<PushFile>();
        var byContent = files.ToLookup(file => file.Sha256.Hex, StringComparer.Ordinal);
        foreach (var some in byContent.Select(same => same.First()).Chunk(LfsBatch.MostObjects))
        {
            if (await batch.AskAsync(some, cancellationToken).ConfigureAwait(false) is not { } answers)
            {
                declined.AddRange(some.SelectMany(file => byContent[file.Sha256.Hex]));
                continue;
            }

            // What the hub refuses is known before the first byte leaves.
            foreach (var file in some)
            {
                EnsureTaken(file, answers[file.Sha256.Hex]);
            }

            var settings = new ParallelOptions { MaxDegreeOfParallelism = options.MaxWorkers, CancellationToken = cancellationToken };
            await Parallel
                .ForEachAsync(
                    some,
                    settings,
                    async (file, token) =>
                    {
                        await StoreOneAsync(file, answers[file.Sha256.Hex], token).ConfigureAwait(false);
                        foreach (var copy in byContent[file.Sha256.Hex].Skip(1))
                        {
                            progress.Skip(copy.Size);
                        }
                    }
                )
                .ConfigureAwait(false);
        }

        return declined;
    }

    private async Task StoreOneAsync(PushFile file, LfsObjectAnswer answer, CancellationToken cancellationToken)
    {
        var bytes = new FileBytes(progress);
        for (var tries = 1; ; tries++)
        {
            try
            {
                bytes.Restart();
                await FollowAsync(file, answer, bytes, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreRefusalException refusal) when (tries == MostTries)
            {
                throw Refused(file, refusal.Refusal);
            }
            catch (StoreRefusalException refusal)
            {
                LogAskAgain(options.Logger, HubText.Shown(file.Path), refusal.Message);
                var answers = await batch.AskAsync([file], cancellationToken).ConfigureAwait(false);
                answer = answers?[file.Sha256.Hex] ?? throw Refused(file, refusal.Refusal);
                EnsureTaken(file, answer);
            }
        }
    }

    private async Task FollowAsync(PushFile file, LfsObjectAnswer answer, FileBytes bytes, CancellationToken cancellationToken)
    {
        if (answer.Actions?.Upload is not { } upload)
        {
            await notes.ForgetAsync(file, cancellationToken).ConfigureAwait(false);
            bytes.Skip(file.Size);
            return;
        }

        if (MultipartPlan.IsAskedFor(upload))
        {
            await parts.SendAsync(file, MultipartPlan.Read(upload, file, addresses), bytes, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await store.PutAsync(file, addresses.Read(upload.Href), 0, file.Size, bytes.Begin(), cancellationToken).ConfigureAwait(false);
        }

        if (answer.Actions.Verify is { Href: not null } verify)
        {
            await store.VerifyAsync(file, addresses.Read(verify.Href), cancellationToken).ConfigureAwait(false);
        }
    }

    private static void EnsureTaken(PushFile file, LfsObjectAnswer answer)
    {
        if (answer.Error is { } error)
        {
            throw new HubException(
                error.Code switch
                {
                    401 or 403 => HubErrorKind.Forbidden,
                    >= 500 and not 507 => HubErrorKind.Server,
                    _ => HubErrorKind.BadRequest,
                },
                $"The hub refuses to store '{HubText.Shown(file.Path)}' ({file.Size} bytes): {Redacted.Text(error.Message ?? $"code {error.Code}")}",
                "Nothing was committed. Leave the file out by a pattern, or ask whoever runs the hub."
            );
        }
    }

    private static HubException Refused(PushFile file, HubException refusal) =>
        new(
            refusal.Kind is HubErrorKind.RepositoryNotFound ? HubErrorKind.Metadata : refusal.Kind,
            $"The store of large files does not take '{HubText.Shown(file.Path)}', also at new addresses: {(int?)refusal.StatusCode} "
                + (refusal.ServerMessage ?? refusal.Message),
            "Nothing was committed. Push again; what is stored already is not sent again.",
            refusal
        )
        {
            StatusCode = refusal.StatusCode,
            Address = refusal.Address,
            RequestId = refusal.RequestId,
            ServerMessage = refusal.ServerMessage,
        };

    [LoggerMessage(LogLevel.Information, "New addresses are asked for '{Path}': {Reason}")]
    private static partial void LogAskAgain(ILogger logger, string path, string reason);
}
