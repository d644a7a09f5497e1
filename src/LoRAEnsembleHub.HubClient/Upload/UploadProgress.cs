namespace LoRAEnsembleHub.Hub;

/// <summary>Counts the bytes of a push over all its requests; those of a try that failed are taken back.</summary>
internal sealed class UploadProgress(IProgress<TransferProgress>? observer, int totalFiles, long totalBytes)
{
    private readonly Lock turn = new();
    private long bytes;
    private long sent;
    private int files;

    /// <summary>Bytes of files that left this machine, those of failed tries too.</summary>
    public long BytesSent
    {
        get
        {
            lock (turn)
            {
                return sent;
            }
        }
    }

    /// <returns>The count of one request, over all its tries.</returns>
    public RequestBytes Begin() => new(this);

    /// <summary>Counts bytes that need not be sent.</summary>
    public void Skip(long count) => Move(count, 0);

    /// <summary>Counts a file as done.</summary>
    public void FileDone() => Move(0, 1);

    private void Move(long byteCount, int fileCount, long sentCount = 0)
    {
        lock (turn)
        {
            sent += sentCount;
            bytes += byteCount;
            files += fileCount;
            observer?.Report(
                new()
                {
                    Files = totalFiles,
                    FilesDone = files,
                    Bytes = totalBytes,
                    BytesDone = bytes,
                    BytesTransferred = sent,
                }
            );
        }
    }

    /// <summary>The bytes of one request.</summary>
    internal sealed class RequestBytes(UploadProgress whole)
    {
        private long counted;

        /// <summary>Counts bytes on their way.</summary>
        public void Add(long count)
        {
            counted += count;
            whole.Move(count, 0, count);
        }

        /// <summary>Takes back what the try before this one counted.</summary>
        public void Restart()
        {
            whole.Move(-counted, 0);
            counted = 0;
        }
    }
}
