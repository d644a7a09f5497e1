namespace LoRAEnsembleHub.Hub;

/// <summary>A lock that is held; disposing gives it back.</summary>
/// <remarks>
/// The file stays: deleting it would let two processes hold "the" lock at once. Only where the file's existence is the lock itself, because the
/// file system has no other, does it go.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream stream;
    private readonly bool isSoft;

    public FileLock(FileStream stream, bool isSoft) => (this.stream, this.isSoft) = (stream, isSoft);

    /// <summary>The lock file.</summary>
    public string Path => stream.Name;

    /// <summary>Removes the lock file while the lock is held, so that nobody else can hold it.</summary>
    public void DeleteFile() => File.Delete(stream.Name);

    public void Dispose()
    {
        if (isSoft)
        {
            File.Delete(stream.Name);
        }

        stream.Dispose();
    }
}
