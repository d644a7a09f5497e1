namespace LoRAEnsembleHub.Hub;

/// <summary>Brings one object to a store in parts, several at once, and remembers which of them the store acknowledged.</summary>
internal sealed class MultipartUpload(StoreRequests store, MultipartNotes notes, int workers)
{
    /// <summary>Sends the parts that are not acknowledged yet, and says when all are there.</summary>
    /// <exception cref="StoreRefusalException">An address is no longer good, or the store does not take the parts for the whole.</exception>
    /// <exception cref="HubException">The store failed or refused, or the file changed.</exception>
    public async Task SendAsync(PushFile file, MultipartPlan plan, FileBytes bytes, CancellationToken cancellationToken)
    {
        var note = await notes.OfAsync(file, plan, cancellationToken).ConfigureAwait(false);
        var all = Enumerable.Range(1, plan.Parts.Count);
        foreach (var known in all.Where(note.Etags.ContainsKey))
        {
            bytes.Skip(plan.Range(known - 1, file.Size).Count);
        }

        var settings = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        await Parallel
            .ForEachAsync(
                all.Where(number => !note.Etags.ContainsKey(number)),
                settings,
                async (number, token) =>
                {
                    var (offset, count) = plan.Range(number - 1, file.Size);
                    var etag = await store
                        .PutAsync(file, plan.Parts[number - 1], offset, count, bytes.Begin(), token)
                        .ConfigureAwait(false);
                    await notes.AddAsync(file, number, etag ?? throw NoAcknowledgement(file, number), token).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);

        note = await notes.OfAsync(file, plan, cancellationToken).ConfigureAwait(false);
        var parts = all.Select(number => new LfsCompletedPart(number, note.Etags[number])).ToList();
        try
        {
            await store
                .CompleteAsync(plan.Completion, new() { Oid = file.Sha256.Hex, Parts = parts }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (StoreRefusalException)
        {
            // Whatever the store makes of these parts, asking again with them is of no use.
            await notes.ForgetAsync(file, cancellationToken).ConfigureAwait(false);
            throw;
        }

        await notes.ForgetAsync(file, cancellationToken).ConfigureAwait(false);
    }

    private static HubException NoAcknowledgement(PushFile file, int number) =>
        new(
            HubErrorKind.Metadata,
            $"The store took part {number} of '{HubText.Shown(file.Path)}' without an ETag, which is needed to put the parts together.",
            "This is a fault of the hub's store; nothing was committed. Tell whoever runs it."
        );
}
