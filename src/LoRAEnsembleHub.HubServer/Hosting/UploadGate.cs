namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Lets only so many bodies with files in at once.</summary>
internal sealed class UploadGate(int places) : IDisposable
{
    private static readonly TimeSpan comeAgain = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim free = new(places, places);

    /// <returns>A place, to be given back.</returns>
    /// <exception cref="RequestFault">429: all places are taken.</exception>
    public IDisposable Enter() =>
        free.Wait(0)
            ? new Place(free)
            : throw new RequestFault(429, $"{places} uploads are under way already; try again shortly.") { RetryAfter = comeAgain };

    public void Dispose() => free.Dispose();

    private sealed class Place(SemaphoreSlim free) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                free.Release();
            }
        }
    }
}
