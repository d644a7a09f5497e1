using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Small files that appear whole or not at all: written beside their place, then renamed over it.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a text; what was there before stays until the moment it is replaced.</summary>
    /// <param name="path">Where; its folder is there.</param>
    /// <param name="text">What, as UTF-8 without a mark.</param>
    /// <param name="mode">Who may read it where files have modes; null for what the process gives new files.</param>
    /// <param name="cancellationToken">Gives up before the rename.</param>
    public static async Task WriteAsync(string path, string text, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        var temporary = UniqueName.Beside(path, ".tmp");
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
            };
            if (mode is { } wanted && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = wanted;
            }

            var stream = new FileStream(temporary, options);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(Utf8.GetBytes(text), cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary); // Gone already unless something failed.
        }
    }

    /// <returns>The text of a file, or null if there is none.</returns>
    public static async Task<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, Utf8, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception
                    is FileNotFoundException
                        or DirectoryNotFoundException
                        or DecoderFallbackException
                        or UnauthorizedAccessException
            )
        {
            return null; // A folder in its place counts as not there either.
        }
    }
}
