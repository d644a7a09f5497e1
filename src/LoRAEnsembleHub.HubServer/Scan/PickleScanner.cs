namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Looks through a stream that begins with a pickle: that pickle, the pickles after it, and whatever else follows.</summary>
internal static class PickleScanner
{
    /// <summary>Looks through the whole stream.</summary>
    /// <param name="open">Opens the stream at its start, once or twice; each is disposed here.</param>
    /// <param name="findings">Takes the imports.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>What kept the search from being complete; null if nothing did.</returns>
    /// <remarks>
    /// Loaders may read several pickles in a row, so what comes after STOP is walked too. Raw data, such as the tensors of an old torch file,
    /// ends that without being a fault; it is swept for dangerous imports all the same.
    /// </remarks>
    public static async Task<string?> ScanAsync(Func<Stream> open, PickleFindings findings, CancellationToken cancellationToken)
    {
        var stream = open();
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new PickleBytes(stream);
            for (var pickle = 0; pickle < ScanLimits.Pickles; pickle++)
            {
                if (pickle > 0 && await bytes.IsAtEndAsync(cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }

                var found = new PickleFindings();
                var end = await new PickleWalk(bytes, found).RunAsync(cancellationToken).ConfigureAwait(false);
                if (end.Outcome != WalkOutcome.Broken || pickle == 0)
                {
                    findings.AddAll(found);
                }
                else
                {
                    findings.AddDangerous(found);
                }

                if (end.Outcome != WalkOutcome.Stopped)
                {
                    await SweepAsync(open, findings, cancellationToken).ConfigureAwait(false);
                    return pickle > 0 && end.Outcome == WalkOutcome.Broken ? null : end.Reason;
                }
            }
        }

        await SweepAsync(open, findings, cancellationToken).ConfigureAwait(false);
        return $"it holds more than {ScanLimits.Pickles} pickles in a row";
    }

    private static async Task SweepAsync(Func<Stream> open, PickleFindings findings, CancellationToken cancellationToken)
    {
        var stream = open();
        await using (stream.ConfigureAwait(false))
        {
            await ImportSweep.RunAsync(stream, findings, cancellationToken).ConfigureAwait(false);
        }
    }
}
