namespace LoRAEnsembleHub.Hub;

/// <summary>Reads the body of an answer: refuses one that was packed on the way, and gives up on one that stands still.</summary>
internal static class AnswerBody
{
    /// <returns>The body's stream, whose reads end after <see cref="HubClientOptions.InactivityTimeout"/> without a byte.</returns>
    /// <exception cref="TransportFaultException">The body is compressed; a read fails or takes too long.</exception>
    public static async Task<Stream> OpenAsync(HttpResponseMessage response, HubClientOptions options, CancellationToken cancellationToken)
    {
        var address = response.RequestMessage!.RequestUri!;
        RefuseEncoded(response, address);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new ImpatientStream(stream, address, options.InactivityTimeout, options.Time);
    }

    /// <summary>Takes the whole body into memory in place of the connection.</summary>
    /// <exception cref="TransportFaultException">It is longer than <paramref name="limit"/>, compressed, or broke off.</exception>
    public static async Task BufferAsync(
        HttpResponseMessage response,
        long limit,
        HubClientOptions options,
        CancellationToken cancellationToken
    )
    {
        var request = response.RequestMessage!;
        var address = request.RequestUri!;
        if (request.Method != HttpMethod.Head && response.Content.Headers.ContentLength is { } length && length > limit)
        {
            throw TooLong(address, limit);
        }

        var bytes = new MemoryStream();
        await using (var stream = await OpenAsync(response, options, cancellationToken).ConfigureAwait(false))
        {
            var buffer = new byte[1 << 14];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (bytes.Length + count > limit)
                {
                    throw TooLong(address, limit);
                }

                bytes.Write(buffer, 0, count);
            }
        }

        var content = new ByteArrayContent(bytes.GetBuffer(), 0, (int)bytes.Length);
        foreach (var header in response.Content.Headers.NonValidated)
        {
            content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        response.Content.Dispose();
        response.Content = content;
    }

    private static void RefuseEncoded(HttpResponseMessage response, Uri address)
    {
        if (
            response.Content.Headers.ContentEncoding.FirstOrDefault(encoding =>
                !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ) is
            { } found
        )
        {
            throw new TransportFaultException(
                HubErrorKind.Metadata,
                $"{Redacted.Address(address)} answered with '{HubText.Shown(found)}' encoding, though only plain bytes were accepted.",
                mayPass: false,
                mayHaveActed: true
            )
            {
                Hint = "Something between here and the hub compresses answers; lengths and offsets would be wrong. Switch that off.",
            };
        }
    }

    private static TransportFaultException TooLong(Uri address, long limit) =>
        new(
            HubErrorKind.Metadata,
            $"The answer of {Redacted.Address(address)} is longer than {limit} bytes.",
            mayPass: false,
            mayHaveActed: true
        )
        {
            Hint = "A hub does not answer so; check the endpoint's address.",
        };
}
