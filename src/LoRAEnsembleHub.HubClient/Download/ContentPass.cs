namespace LoRAEnsembleHub.Hub;

/// <summary>Fetches one file's bytes into its partial, once through: goes on after every fault that may pass, hashes every byte.</summary>
/// <remarks>
/// Every piece is written at once, so a process that dies loses the piece in its hands and no more. Tries are counted while nothing new arrives,
/// and what was there before and came again is not new: a server that always breaks off at the same byte ends the pass too.
/// </remarks>
internal sealed class ContentPass : IDisposable
{
    private const int BufferBytes = 1 << 17;

    // Less than this is no progress: a server could else go on for ever with a byte a try.
    private const int ProgressBytes = 1 << 16;

    private readonly HubTransport transport;
    private readonly HubClientOptions options;
    private readonly RetrySchedule schedule;
    private readonly RepoFile file;
    private readonly HubRequest request;
    private readonly PartialFile partial;
    private readonly TransferMeter meter;
    private ContentHasher hasher;
    private bool asksForParts = true;
    private int failures;
    private long furthest;

    public ContentPass(
        HubTransport transport,
        HubClientOptions options,
        RepoFile file,
        HubRequest request,
        PartialFile partial,
        TransferMeter meter
    )
    {
        (this.transport, this.options, this.file, this.request, this.partial, this.meter) = (
            transport,
            options,
            file,
            request,
            partial,
            meter
        );
        schedule = new(options.Chance);
        hasher = ContentHasher.For(file.Hash, file.Size);
    }

    /// <summary>Fetches what is missing.</summary>
    /// <returns>Null if all bytes are there and have the right hash; else what was found instead.</returns>
    /// <exception cref="HubException">The hub refused, or the faults did not pass.</exception>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        partial.Content.Position = 0;
        var held = await hasher.AppendAsync(partial.Content, cancellationToken).ConfigureAwait(false);
        meter.Hold(held);
        furthest = held;
        while (partial.Held < file.Size)
        {
            try
            {
                if (await AskAsync(cancellationToken).ConfigureAwait(false) is { } wrong)
                {
                    return wrong;
                }
            }
            catch (TransportFaultException fault)
            {
                await RestAsync(fault, cancellationToken).ConfigureAwait(false);
            }
        }

        var found = hasher.Finish();
        return found == file.Hash ? null : found.Hex;
    }

    /// <summary>Throws away what is there.</summary>
    public void Restart()
    {
        meter.Hold(-partial.Held);
        partial.Restart();
        hasher.Dispose();
        hasher = ContentHasher.For(file.Hash, file.Size);
    }

    public void Dispose() => hasher.Dispose();

    private async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        if (!asksForParts && partial.Held > 0)
        {
            Restart();
        }

        var asked = partial.Held;
        using var response = await transport.SendAsync(Request(asked), cancellationToken).ConfigureAwait(false);
        var body = await transport.OpenBodyAsync(response, cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            switch (BodyAnswers.Of(response, asked, file.Size))
            {
                case BodyAnswer.OtherLength:
                    var length = response.Content.Headers.ContentRange?.Length ?? response.Content.Headers.ContentLength;
                    return $"{length} bytes";
                case BodyAnswer.OtherPart:
                    throw OtherPart(asked);
                case BodyAnswer.Whole when asked > 0:
                    DownloadLog.NoParts(options.Logger, file.Path);
                    Restart();
                    break;
            }

            if (!await CopyAsync(body, cancellationToken).ConfigureAwait(false))
            {
                return $"more than {file.Size} bytes";
            }
        }

        return partial.Held == file.Size ? null
            : BodyAnswers.SaysItsEnd(response) ? $"{partial.Held} bytes"
            : throw new TransportFaultException(HubErrorKind.Network, "The connection ended early.", mayPass: true, mayHaveActed: true);
    }

    private HubRequest Request(long first) =>
        first == 0
            ? request
            : request with
            {
                Headers = [.. request.Headers, new("Range", $"bytes={first}-")],
                OwnHeaders = [new("If-Range", $"\"{file.Hash}\"")], // A store that the hub redirects to names content in its own way.
                Expected = [416],
            };

    // False if the body is longer than the file.
    private async Task<bool> CopyAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (partial.Held + count > file.Size)
            {
                return false;
            }

            var piece = buffer.AsMemory(0, count);
            await partial.Content.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            hasher.Append(piece.Span);
            meter.Transfer(count);
        }

        return true;
    }

    // Without parts a body starts from the first byte; the bytes that are here are of no use then.
    private TransportFaultException OtherPart(long asked)
    {
        if (asked == 0)
        {
            return new(
                HubErrorKind.Metadata,
                $"The server sent a part of '{HubText.Shown(file.Path)}' where the whole file was asked for.",
                mayPass: false,
                mayHaveActed: true
            );
        }

        DownloadLog.NoParts(options.Logger, file.Path);
        asksForParts = false;
        return new(HubErrorKind.Network, $"The server did not go on at byte {asked}.", mayPass: true, mayHaveActed: true);
    }

    private async Task RestAsync(TransportFaultException fault, CancellationToken cancellationToken)
    {
        if (partial.Held >= furthest + ProgressBytes)
        {
            furthest = partial.Held;
            failures = 0;
        }

        if (!fault.MayPass || failures >= options.MaxRetries)
        {
            throw new HubException(
                fault.Kind,
                $"'{HubText.Shown(file.Path)}': {fault.Message} {partial.Held} of {file.Size} bytes are here.",
                fault.Hint ?? "Pull again: what arrived is kept and gone on from.",
                fault
            )
            {
                RepoId = request.Repo,
            };
        }

        var wait = schedule.DelayAfter(failures++);
        DownloadLog.GoesOn(options.Logger, file.Path, fault.Message, partial.Held, file.Size, wait.TotalSeconds);
        await Task.Delay(wait, options.Time, cancellationToken).ConfigureAwait(false);
    }
}
