namespace LoRAEnsembleHub.Hub;

/// <summary>Reads files for a push.</summary>
internal static class FileReading
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Reads a file through, once, for both of its hashes and its first bytes.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: it cannot be read, or was written to meanwhile.</exception>
    public static async Task<PushFile> ReadAsync(LocalFile file, CancellationToken cancellationToken)
    {
        using var sha256 = ContentHasher.Sha256();
        using var git = ContentHasher.GitBlob(file.Stamp.Size);
        byte[]? sample = null;
        var total = 0L;
        if (file.Stamp.Size > 0) // A pipe has the size 0 too, and opening one could wait for ever.
        {
            await using var stream = Open(file.Source, file.Path);
            var buffer = new byte[(int)Math.Clamp(file.Stamp.Size, 1, BufferBytes)];
            int count;
            while ((count = await ReadSomeAsync(stream, buffer, file.Path, cancellationToken).ConfigureAwait(false)) > 0)
            {
                sample ??= buffer[..Math.Min(count, PushFile.SampleBytes)];
                sha256.Append(buffer.AsSpan(0, count));
                git.Append(buffer.AsSpan(0, count));
                total += count;
            }
        }

        if (total != file.Stamp.Size)
        {
            throw PushFile.Changed(file.Path, $"it had {file.Stamp.Size} bytes, {total} could be read");
        }

        var read = new PushFile
        {
            Path = file.Path,
            Source = file.Source,
            Stamp = file.Stamp,
            Sha256 = sha256.Finish(),
            GitOid = git.Finish(),
            Sample = sample ?? [],
        };
        read.EnsureUnchanged();
        return read;
    }

    /// <summary>Reads a small file again.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: it cannot be read, or is another than it was.</exception>
    public static async Task<byte[]> ReadAllAsync(PushFile file, CancellationToken cancellationToken)
    {
        var bytes = new byte[file.Size];
        await using var stream = Open(file.Source, file.Path);
        var count = await ReadSomeAsync(stream, bytes, file.Path, cancellationToken).ConfigureAwait(false);
        using var hasher = ContentHasher.Sha256();
        hasher.Append(bytes.AsSpan(0, count));
        return hasher.Finish() is var now && now == file.Sha256
            ? bytes
            : throw PushFile.Changed(file.Path, $"its SHA-256 was {file.Sha256}, now it is {now}");
    }

    /// <summary>Opens a file that others may have open, for writing too: that they wrote is found by its hash.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: it cannot be opened.</exception>
    public static FileStream Open(string source, string path)
    {
        try
        {
            return new FileStream(
                source,
                new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.Read,
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                    BufferSize = 0,
                }
            );
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, cause);
        }
    }

    /// <summary>Fills a buffer from a file.</summary>
    /// <returns>How many bytes there were; fewer than the buffer holds only at the end.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: the disk failed.</exception>
    public static async ValueTask<int> ReadSomeAsync(Stream stream, Memory<byte> buffer, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException cause)
        {
            throw Unreadable(path, cause);
        }
    }

    private static HubException Unreadable(string path, Exception cause) =>
        new(
            HubErrorKind.LocalFile,
            $"'{HubText.Shown(path)}' cannot be read: {cause.Message}",
            "See to it that the file exists and may be read, or leave it out by a pattern.",
            cause
        );
}
