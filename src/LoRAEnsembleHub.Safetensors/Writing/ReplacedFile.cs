namespace LoRAEnsembleHub.Safetensors.Writing;

/// <summary>Replaces a file all at once: what is new is written beside it, flushed to the disk, and renamed.</summary>
/// <remarks>
/// Whoever has the old file mapped keeps the old bytes. After a failure the old file is as it was and the new one is gone. A link is
/// replaced by a file; what it pointed to is left alone.
/// </remarks>
internal static class ReplacedFile
{
    public static void Write(string path, long fileBytes, Action<Stream> write)
    {
        var temporary = Sibling(path);
        try
        {
            using (var stream = Create(temporary, fileBytes, FileOptions.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public static async Task WriteAsync(
        string path,
        long fileBytes,
        Func<Stream, CancellationToken, Task> write,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var temporary = Sibling(path);
        try
        {
            var stream = Create(temporary, fileBytes, FileOptions.Asynchronous);
            await using (stream.ConfigureAwait(false))
            {
                await write(stream, cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // In the same folder, because only within one file system is a rename one step.
    private static string Sibling(string path)
    {
        var full = Path.GetFullPath(path);
        return Path.Join(Path.GetDirectoryName(full), $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}");
    }

    private static FileStream Create(string path, long fileBytes, FileOptions options) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
                Options = options,
                // A full disk shows at once, not after gigabytes.
                PreallocationSize = fileBytes,
            }
        );
}
