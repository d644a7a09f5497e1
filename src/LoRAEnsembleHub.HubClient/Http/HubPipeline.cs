using System.Net;
using Polly;
using Polly.Retry;

namespace LoRAEnsembleHub.Hub;

/// <summary>Sends one request again while its faults pass, as often and as long as the client's settings allow.</summary>
/// <remarks>
/// Bodies that the caller streams are not its business: it ends with the head of the answer, or with the whole answer where
/// <see cref="HubRequest.MaxAnswerBytes"/> is set.
/// </remarks>
internal sealed class HubPipeline
{
    private static readonly ResiliencePropertyKey<RetryState> State = new("LoRAEnsembleHub.Retry");
    private readonly ResiliencePipeline<HttpResponseMessage> pipeline;
    private readonly HubClientOptions options;
    private readonly RetrySchedule schedule;

    public HubPipeline(HubClientOptions options)
    {
        this.options = options;
        schedule = new(options.Chance);
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = options.Time };
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(
                new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = options.MaxRetries,
                    ShouldHandle = arguments => ValueTask.FromResult(ShouldRetry(arguments)),
                    DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Of(arguments.Context).Delay),
                    OnRetry = arguments =>
                    {
                        var state = Of(arguments.Context);
                        TransportLog.Retrying(
                            options.Logger,
                            state.Address,
                            Cause(arguments.Outcome),
                            arguments.RetryDelay.TotalSeconds,
                            arguments.AttemptNumber + 1
                        );
                        return default;
                    },
                }
            );
        }

        pipeline = builder.Build();
    }

    /// <summary>Runs a try, and others after it while that can help.</summary>
    /// <param name="kind">When trying again is allowed.</param>
    /// <param name="address">For the log.</param>
    /// <param name="send">One try.</param>
    /// <param name="cancellationToken">Ends tries and waits.</param>
    /// <returns>The last answer, whatever its status.</returns>
    public async Task<HttpResponseMessage> RunAsync(
        RetryKind kind,
        string address,
        Func<CancellationToken, Task<HttpResponseMessage>> send,
        CancellationToken cancellationToken
    )
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(State, new RetryState(kind, address, options.Time.GetTimestamp()));
            return await pipeline
                .ExecuteAsync(static async (context, send) => await send(context.CancellationToken).ConfigureAwait(false), context, send)
                .ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static RetryState Of(ResilienceContext context) => context.Properties.GetValue(State, null!);

    private bool ShouldRetry(RetryPredicateArguments<HttpResponseMessage> arguments)
    {
        var state = Of(arguments.Context);
        if (arguments.Context.CancellationToken.IsCancellationRequested || !Passes(state.Kind, arguments.Outcome))
        {
            return false;
        }

        var asked = arguments.Outcome.Result is { } response ? ServerDelay.Of(response, options.Time.GetUtcNow()) : null;
        state.Delay = asked is { } wait ? schedule.AtLeast(wait) : schedule.DelayAfter(arguments.AttemptNumber);
        return options.Time.GetElapsedTime(state.Start) + state.Delay <= options.RetryBudget;
    }

    private static bool Passes(RetryKind kind, Outcome<HttpResponseMessage> outcome) =>
        kind switch
        {
            RetryKind.Never => false,
            _ when outcome.Exception is TransportFaultException fault => fault.MayPass
                && (kind == RetryKind.Idempotent || !fault.MayHaveActed),
            _ when outcome.Result is { } response => MayPass(kind, response.StatusCode),
            _ => false,
        };

    private static bool MayPass(RetryKind kind, HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => true,
            HttpStatusCode.RequestTimeout
            or HttpStatusCode.InternalServerError
            or HttpStatusCode.BadGateway
            or HttpStatusCode.GatewayTimeout => kind == RetryKind.Idempotent,
            _ => false,
        };

    private static string Cause(Outcome<HttpResponseMessage> outcome) =>
        outcome.Result is { } response ? $"status {(int)response.StatusCode}" : outcome.Exception!.Message;

    private sealed class RetryState(RetryKind kind, string address, long start)
    {
        public RetryKind Kind => kind;

        public string Address => address;

        public long Start => start;

        public TimeSpan Delay { get; set; }
    }
}
