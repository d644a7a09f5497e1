using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Puts whole files in place so that after a crash there is the old one or the new one, and what was acknowledged is on the disk.</summary>
internal static class DurableFile
{
    /// <summary>Writes a file beside, flushes it to the disk, renames it, and flushes the folder.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="temporary">A path on the same volume that nobody else uses.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Stops before the rename, never between it and the flush.</param>
    public static async Task WriteAsync(string path, string temporary, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            Move(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Renames a file whose bytes are on the disk, over the old one if there is one, and flushes the folder.</summary>
    public static void Move(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FlushFolder(Path.GetDirectoryName(to)!);
    }

    /// <summary>Makes the names in a folder last; Windows does so by itself.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"The folder {folder} cannot be opened to flush it (error {Marshal.GetLastPInvokeError()}).");
        }

        // Some file systems cannot flush a folder and say so; they order renames themselves.
        _ = Flush(handle);
        _ = Close(handle);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
