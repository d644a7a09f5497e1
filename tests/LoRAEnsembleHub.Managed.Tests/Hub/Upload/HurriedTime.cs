namespace LoRAEnsembleHub.Managed.Tests;

/// <summary>A clock whose waits pass a hundred times faster, so that retries are as in life but tests are not.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Speed = 100;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Shortened(dueTime), Shortened(period));

    private static TimeSpan Shortened(TimeSpan span) => span > TimeSpan.Zero ? span / Speed : span;
}
