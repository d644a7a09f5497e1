using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace LoRAEnsembleHub.Hub;

/// <summary>Takes lock files as Python's filelock does, so that all tools that share a cache wait for each other.</summary>
/// <remarks>
/// Locks spare work, they do not guard content: some network file systems grant them to everybody. Content is safe because it is written beside
/// its place and renamed.
/// </remarks>
internal sealed partial class FileLocker
{
    private const UnixFileMode LockMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly TimeSpan? timeout;
    private readonly Func<SafeFileHandle, LockAnswer> ask;

    /// <param name="time">Measures the wait.</param>
    /// <param name="logger">Told of long waits.</param>
    /// <param name="timeout">How long to wait at most; null for as long as it takes, since a large file may take hours.</param>
    /// <param name="ask">Asks the system for a lock; null for the system's own.</param>
    public FileLocker(TimeProvider time, ILogger logger, TimeSpan? timeout = null, Func<SafeFileHandle, LockAnswer>? ask = null) =>
        (this.time, this.logger, this.timeout, this.ask) = (time, logger, timeout, ask ?? SystemLock.Take);

    /// <summary>Takes a lock, waiting for whoever holds it.</summary>
    /// <param name="path">The lock file; its folder is there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: it was held for longer than the timeout.</exception>
    public async Task<FileLock> TakeAsync(string path, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var said = TimeSpan.Zero;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            var waited = time.GetElapsedTime(start);
            if (waited >= timeout)
            {
                throw new HubException(
                    HubErrorKind.LocalFile,
                    $"Another process has held the lock {path} for more than {timeout.Value.TotalSeconds:0.#} s.",
                    "Let it finish, or wait for longer. If no other process uses the cache, delete the lock file."
                );
            }

            if (waited - said >= Silence)
            {
                said = waited;
                LogWaiting(path, (long)waited.TotalSeconds);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a lock if nobody holds it.</summary>
    /// <param name="path">The lock file; its folder is there.</param>
    /// <returns>The lock; null if it is held.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: the lock file may not be opened.</exception>
    public FileLock? TryTake(string path)
    {
        var stream = Open(path, out var created);
        if (stream is null)
        {
            return null;
        }

        var answer = ask(stream.SafeFileHandle);
        var isOurs =
            answer == LockAnswer.Taken && IsStillThere(path, stream) // Else it was deleted between opening and locking.
            || (answer == LockAnswer.NotImplemented && created); // Then whoever made the file holds the lock.
        if (isOurs)
        {
            return new(stream, answer == LockAnswer.NotImplemented);
        }

        stream.Dispose();
        return null;
    }

    /// <returns>Whether a path still leads to the open file and not to another or through a link.</returns>
    public static bool IsStillThere(string path, FileStream stream) =>
        FileIdentity.Of(stream.SafeFileHandle) is not { } opened || FileIdentity.Of(path) == opened;

    private static FileStream? Open(string path, out bool created)
    {
        created = true;
        try
        {
            return new(path, Options(FileMode.CreateNew));
        }
        catch (IOException) when (File.Exists(path))
        {
            created = false;
        }

        try
        {
            return new(path, Options(FileMode.Open));
        }
        catch (FileNotFoundException)
        {
            return null; // Given back this moment by one whose lock it was that the file exists.
        }
        catch (IOException exception) when (SystemLock.IsHeld(exception))
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                $"The lock {path} cannot be opened: {exception.Message}",
                "It may belong to another user. Give the users of a shared cache one group that may write in it.",
                exception
            );
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = LockMode;
        }

        return options;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for another process that has held the lock {Path} for {Seconds} s.")]
    private partial void LogWaiting(string path, long seconds);
}
