using Microsoft.Win32.SafeHandles;

namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>A file open for reading, with the size and the time of last writing it had at first.</summary>
internal sealed class OpenedFile : IDisposable
{
    private readonly DateTime written;

    /// <summary>Opens the file; others may read it, and may replace it by renaming, but not write to it where the system can prevent that.</summary>
    public OpenedFile(string path, FileOptions options)
    {
        Path = path;
        Handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, options);
        try
        {
            Bytes = RandomAccess.GetLength(Handle);
            written = File.GetLastWriteTimeUtc(Handle);
        }
        catch
        {
            Handle.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>Length of the file when it was opened.</summary>
    public long Bytes { get; }

    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    /// <exception cref="SafetensorsException">The file has another length now, or was written to.</exception>
    public void EnsureUnchanged()
    {
        var bytes = RandomAccess.GetLength(Handle);
        if (bytes != Bytes)
        {
            throw Changed($"it had {Bytes} bytes when it was opened and has {bytes} now.");
        }

        if (File.GetLastWriteTimeUtc(Handle) != written)
        {
            throw Changed("it was written to since it was opened.");
        }
    }

    /// <summary>The file ended before its length.</summary>
    public SafetensorsException EndedEarly() => Changed($"it had {Bytes} bytes when it was opened but ended earlier.");

    public void Dispose() => Handle.Dispose();

    private SafetensorsException Changed(string how) =>
        new(SafetensorsDefect.FileChanged, Path, null, $"the file changed while in use: {how} Open it anew.");
}
