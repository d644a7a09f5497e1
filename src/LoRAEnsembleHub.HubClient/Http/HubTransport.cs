namespace LoRAEnsembleHub.Hub;

/// <summary>Asks a hub: tries again while that can help, follows redirects, keeps the token where it belongs, turns refusals into errors.</summary>
internal sealed class HubTransport : IDisposable
{
    private readonly HubClientOptions options;
    private readonly HubEndpoint endpoint;
    private readonly HubPipeline pipeline;
    private readonly RatePacer pacer;
    private readonly HttpMessageInvoker client;
    private readonly HashSet<string> warned = [];
    private int withheld;

    public HubTransport(HubClientOptions options)
    {
        this.options = options;
        endpoint = new(options.Endpoint);
        pipeline = new(options);
        pacer = new(options.Time);
        client = new(HubHandler.Create(options));
    }

    public HubEndpoint Endpoint => endpoint;

    /// <returns>The body of an answer, as <see cref="AnswerBody.OpenAsync"/> says.</returns>
    /// <exception cref="TransportFaultException">The body cannot be taken as it is.</exception>
    public Task<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        AnswerBody.OpenAsync(response, options, cancellationToken);

    /// <summary>Asks, and returns the head of the answer; its body is the caller's to read (<see cref="AnswerBody"/>) and to dispose.</summary>
    /// <exception cref="HubException">The hub refused, could not be reached, or did not answer as a hub does.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public async Task<HttpResponseMessage> SendAsync(HubRequest request, CancellationToken cancellationToken)
    {
        var address = endpoint.Resolve(request.Address);
        HttpResponseMessage response;
        try
        {
            response = await pipeline
                .RunAsync(request.Retry, Redacted.Address(address), token => TryAsync(request, address, token), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TransportFaultException fault)
        {
            throw new HubException(fault.Kind, fault.Message, fault.Hint, fault.InnerException)
            {
                Address = Redacted.Address(address),
                RepoId = request.Repo,
            };
        }

        if (response.IsSuccessStatusCode || request.Expected.Contains((int)response.StatusCode))
        {
            return response;
        }

        using (response)
        {
            throw await AnswerErrors.FromAsync(request, response, options, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => client.Dispose();

    // One try: the request, and what it is redirected to.
    private async Task<HttpResponseMessage> TryAsync(HubRequest request, Uri address, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendOnceAsync(request, address, cancellationToken).ConfigureAwait(false);
            try
            {
                if (!Redirects.IsRedirect(response))
                {
                    if (request.MaxAnswerBytes is { } limit)
                    {
                        await AnswerBody.BufferAsync(response, limit, options, cancellationToken).ConfigureAwait(false);
                    }

                    return response;
                }

                address = Redirects.Next(request, address, response, redirects, endpoint);
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HubRequest request, Uri address, CancellationToken cancellationToken)
    {
        var isOwn = endpoint.IsOwn(address);
        var kind =
            !isOwn ? ""
            : address.AbsolutePath.StartsWith(endpoint.Address.AbsolutePath + "api/", StringComparison.Ordinal) ? "api"
            : "files";
        if (isOwn)
        {
            var waited = await pacer.EnterAsync(kind, options.RetryBudget, cancellationToken).ConfigureAwait(false);
            if (waited > TimeSpan.FromSeconds(1))
            {
                TransportLog.Paced(options.Logger, waited.TotalSeconds);
            }
        }

        HttpResponseMessage? response = null;
        try
        {
            return response = await ExchangeAsync(request, address, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (isOwn)
            {
                pacer.Leave(kind, response);
            }
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(HubRequest request, Uri address, CancellationToken cancellationToken)
    {
        var start = options.Time.GetTimestamp();
        var patience = request.ResponseTimeout ?? options.ResponseTimeout;
        using var deadline = new CancellationTokenSource(patience, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var message = Message(request, address, () => deadline.CancelAfter(patience));
        try
        {
            var response = await client.SendAsync(message, either.Token).ConfigureAwait(false);
            response.RequestMessage = new(request.Method, address); // The one that was sent holds the token.
            TransportLog.Answered(
                options.Logger,
                request.Method,
                Redacted.Address(address),
                (int)response.StatusCode,
                options.Time.GetElapsedTime(start).TotalSeconds
            );
            ShowWarnings(response);
            return response;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The connection's own time-out ends the same way, with a TimeoutException inside.
            var connecting = !deadline.IsCancellationRequested;
            throw new TransportFaultException(
                HubErrorKind.Network,
                connecting
                    ? $"No connection to {address.Scheme}://{address.Authority} within {options.ConnectTimeout.TotalSeconds:0.###} s (ConnectTimeout)."
                    : $"{address.Scheme}://{address.Authority} did not answer within {patience.TotalSeconds:0.###} s (ResponseTimeout).",
                mayPass: true,
                mayHaveActed: !connecting,
                exception
            )
            {
                Hint = "Check the network, or allow more time.",
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TransportFaultException.From(exception, address);
        }
    }

    private HttpRequestMessage Message(HubRequest request, Uri address, Action onSent)
    {
        var message = new HttpRequestMessage(request.Method, address)
        {
            Content = request.Body is { } body ? new WatchedContent(body(), onSent) : null,
        };
        message.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        message.Headers.TryAddWithoutValidation("X-Amzn-Trace-Id", Guid.NewGuid().ToString());
        foreach (var (name, value) in endpoint.IsOwn(address) ? request.Headers.Concat(request.OwnHeaders) : request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (options.Token is { } token && request.Authorize && endpoint.IsOwn(address))
        {
            if (endpoint.MayAuthorize(address))
            {
                message.Headers.Authorization = new("Bearer", token);
            }
            else if (Interlocked.Exchange(ref withheld, 1) == 0)
            {
                TransportLog.TokenWithheld(options.Logger, Redacted.Address(endpoint.Address));
            }
        }

        return message;
    }

    private void ShowWarnings(HttpResponseMessage response)
    {
        if (response.Headers.NonValidated.TryGetValues("X-HF-Warning", out var warnings))
        {
            foreach (var warning in warnings)
            {
                bool isNew;
                lock (warned)
                {
                    isNew = warned.Count < 100 && warned.Add(warning.Split(';')[0]);
                }

                if (isNew)
                {
                    TransportLog.HubWarns(options.Logger, Redacted.Text(warning, options.Token));
                }
            }
        }
    }
}
