namespace LoRAEnsembleHub.Hub;

/// <summary>How long to wait before the next try when the server does not say.</summary>
internal sealed class RetrySchedule(Func<double> chance)
{
    /// <param name="attempt">How many tries failed before the one that just did.</param>
    /// <returns>1, 2, 4, 8, 8, … seconds, each shortened by up to a half so that clients do not return in step.</returns>
    public TimeSpan DelayAfter(int attempt) => Math.Pow(2, Math.Min(attempt, 3)) * TimeSpan.FromSeconds(1 - (chance() / 2));

    /// <returns>What a server asked for, and up to a second more.</returns>
    public TimeSpan AtLeast(TimeSpan asked) => asked + TimeSpan.FromSeconds(chance());
}
