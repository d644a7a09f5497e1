namespace LoRAEnsembleHub.Hub;

/// <summary>Holds requests back before a server has to refuse them, for all workers together.</summary>
/// <remarks>
/// A server that counts says in each answer how many requests it still allows. Requests that are under way may or may not be counted in that
/// number, so another is sent only while the number exceeds them. A hub counts its API and its files apart, and so does this.
/// </remarks>
internal sealed class RatePacer(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, RateWindow> windows = [];
    private TaskCompletionSource changed = NewSignal();

    /// <summary>Waits until the server can be expected to take another request.</summary>
    /// <param name="kind">What the server counts together.</param>
    /// <param name="longest">The longest wait; past it the request is sent and the server decides.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How long was waited.</returns>
    public async Task<TimeSpan> EnterAsync(string kind, TimeSpan longest, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            TimeSpan wait;
            Task signal;
            lock (gate)
            {
                var window = Of(kind);
                wait = window.WaitAt(time.GetUtcNow());
                if (wait <= TimeSpan.Zero || time.GetElapsedTime(start) + wait > longest)
                {
                    window.UnderWay++;
                    return time.GetElapsedTime(start);
                }

                signal = changed.Task;
            }

            try
            {
                await signal.WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The window is over; the next round sees it.
            }
        }
    }

    /// <summary>Learns from an answer; null if there was none.</summary>
    public void Leave(string kind, HttpResponseMessage? response)
    {
        var limit = response is null ? null : RateLimit.Of(response);
        TaskCompletionSource signal;
        lock (gate)
        {
            var now = time.GetUtcNow();
            var window = Of(kind);
            window.UnderWay--;
            if (limit is not null)
            {
                // Seconds are rounded; one more makes sure that the window is over.
                window.Learn(limit.Remaining, limit.Quota, now, now + limit.Reset + TimeSpan.FromSeconds(1));
            }
            else if (response is { StatusCode: System.Net.HttpStatusCode.TooManyRequests } && ServerDelay.Of(response, now) is { } delay)
            {
                window.Learn(0, inWindow: null, now, now + delay);
            }

            (signal, changed) = (changed, NewSignal());
        }

        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RateWindow Of(string kind)
    {
        if (!windows.TryGetValue(kind, out var window))
        {
            windows[kind] = window = new();
        }

        return window;
    }
}
