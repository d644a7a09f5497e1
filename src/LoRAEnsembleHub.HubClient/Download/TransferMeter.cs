namespace LoRAEnsembleHub.Hub;

/// <summary>Adds up what all workers of one transfer do, and reports it: at every file's end, and at every mebibyte between.</summary>
internal sealed class TransferMeter(IProgress<TransferProgress>? progress, int files, long bytes)
{
    private const long Step = 1 << 20;
    private readonly Lock gate = new();
    private int filesDone;
    private long bytesDone;
    private long transferred;
    private long reported;

    public long Transferred => Interlocked.Read(ref transferred);

    /// <summary>Bytes are there that were not sent now; negative if some turned out useless.</summary>
    public void Hold(long count) => Change(0, count, 0);

    /// <summary>Bytes came or went over the network.</summary>
    public void Transfer(int count) => Change(0, count, count);

    /// <summary>Files are done.</summary>
    public void Finish(int count) => Change(count, 0, 0);

    private void Change(int doneFiles, long doneBytes, long sentBytes)
    {
        TransferProgress? report = null;
        lock (gate)
        {
            filesDone += doneFiles;
            bytesDone += doneBytes;
            transferred += sentBytes;
            if (progress is not null && (doneFiles > 0 || transferred - reported >= Step))
            {
                reported = transferred;
                report = new()
                {
                    Files = files,
                    FilesDone = filesDone,
                    Bytes = bytes,
                    BytesDone = bytesDone,
                    BytesTransferred = transferred,
                };
            }
        }

        if (report is not null)
        {
            progress!.Report(report);
        }
    }
}
