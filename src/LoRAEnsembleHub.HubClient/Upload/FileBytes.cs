namespace LoRAEnsembleHub.Hub;

/// <summary>The bytes of one file, over all requests that carry it; another try of the whole file starts from none.</summary>
internal sealed class FileBytes(UploadProgress progress)
{
    private readonly List<UploadProgress.RequestBytes> requests = [];
    private long skipped;

    /// <returns>The count of one more request.</returns>
    public UploadProgress.RequestBytes Begin()
    {
        var request = progress.Begin();
        lock (requests)
        {
            requests.Add(request);
        }

        return request;
    }

    /// <summary>Counts bytes that the store has already. Not for use by two threads.</summary>
    public void Skip(long count)
    {
        skipped += count;
        progress.Skip(count);
    }

    /// <summary>Takes everything back. Not while requests are under way.</summary>
    public void Restart()
    {
        requests.ForEach(request => request.Restart());
        requests.Clear();
        progress.Skip(-skipped);
        skipped = 0;
    }
}
