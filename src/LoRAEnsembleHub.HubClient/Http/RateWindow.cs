namespace LoRAEnsembleHub.Hub;

/// <summary>What is known of the span of time in which a server counts requests.</summary>
internal sealed class RateWindow
{
    private long? remaining;
    private long? quota;
    private DateTimeOffset end;

    /// <summary>How many requests are sent and not answered.</summary>
    public int UnderWay { get; set; }

    /// <summary>Takes what an answer said.</summary>
    public void Learn(long left, long? inWindow, DateTimeOffset now, DateTimeOffset until)
    {
        Expire(now);
        quota = inWindow ?? quota;

        // Answers overtake one another: a higher number than is known is an older one, until the window it was told for is over.
        if (remaining is null || left <= remaining)
        {
            (remaining, end) = (left, until);
        }
    }

    /// <returns>How long a further request should wait; nothing if it may go.</returns>
    public TimeSpan WaitAt(DateTimeOffset now)
    {
        Expire(now);
        return remaining is { } left && left <= UnderWay ? end - now : TimeSpan.Zero;
    }

    private void Expire(DateTimeOffset now)
    {
        if (remaining is not null && now >= end)
        {
            // The new window allows as many as the policy says, until an answer says how many; if none does, it is not waited for long.
            remaining = quota > 0 ? quota : null;
            end = now + TimeSpan.FromSeconds(5);
        }
    }
}
