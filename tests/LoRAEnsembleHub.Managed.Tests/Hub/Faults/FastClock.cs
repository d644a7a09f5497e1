namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>A clock that runs many times as fast as the wall's, so that waits of minutes take seconds and still mean what they say.</summary>
internal sealed class FastClock(int factor = 20) : TimeProvider
{
    private readonly DateTimeOffset begin = System.GetUtcNow();

    public override long TimestampFrequency => System.TimestampFrequency / factor;

    public override DateTimeOffset GetUtcNow() => begin + ((System.GetUtcNow() - begin) * factor);

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    private TimeSpan Real(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / factor;

    private sealed class FastTimer(ITimer timer, FastClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Real(dueTime), clock.Real(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
