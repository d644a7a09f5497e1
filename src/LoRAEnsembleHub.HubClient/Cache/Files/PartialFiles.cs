using Microsoft.Win32.SafeHandles;

namespace LoRAEnsembleHub.Hub;

/// <summary>Opens partial downloads so that the next run goes on where this one ended.</summary>
/// <remarks>
/// The shared partial of some content has a fixed name and is locked while in use. Where it cannot be had, because another process writes it or
/// the file system has no locks, a random name is taken, as huggingface_hub does. All names end in <c>.incomplete</c>, so that other tools'
/// cleaning finds them.
/// </remarks>
internal sealed class PartialFiles
{
    private const string Ours = ".lorae";
    private const string Notes = ".json";

    private readonly TimeProvider time;
    private readonly Func<SafeFileHandle, LockAnswer> ask;

    public PartialFiles(TimeProvider time, Func<SafeFileHandle, LockAnswer>? ask = null) =>
        (this.time, this.ask) = (time, ask ?? SystemLock.Take);

    /// <returns>The shared partial of the content at a place.</returns>
    public static string SharedPath(string place) => place + Ours + CacheLayout.IncompleteSuffix;

    /// <returns>The notes beside it.</returns>
    public static string NotesPath(string place) => place + Ours + Notes + CacheLayout.IncompleteSuffix;

    /// <summary>Opens the partial of some content.</summary>
    /// <param name="place">The path that the names are made from; its folder is there.</param>
    /// <param name="hash">The hash that the whole content must have.</param>
    /// <param name="size">How many bytes it has.</param>
    /// <param name="source">Where it comes from, without endpoint and query; for the notes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The partial, with the bytes of an earlier run if there are any.</returns>
    public async Task<PartialFile> OpenAsync(string place, ContentHash hash, long size, string source, CancellationToken cancellationToken)
    {
        var notes = new PartialNotes
        {
            Source = source,
            Etag = hash.Hex,
            Size = size,
            Received = 0,
            Updated = time.GetUtcNow(),
        };
        if (TryOpenShared(SharedPath(place)) is not { } content)
        {
            return new(Open(UniqueName.Beside(place, CacheLayout.IncompleteSuffix), FileMode.CreateNew), hash, null, notes, time);
        }

        var partial = new PartialFile(content, hash, NotesPath(place), notes, time);
        try
        {
            var before = await PartialNotes.ReadAsync(NotesPath(place), cancellationToken).ConfigureAwait(false);
            if (content.Length > size || (before is not null && (before.Size != size || before.Etag != hash.Hex)))
            {
                partial.Restart();
            }

            await (notes with { Received = content.Length }).WriteAsync(NotesPath(place), cancellationToken).ConfigureAwait(false);
            return partial;
        }
        catch
        {
            await content.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private FileStream? TryOpenShared(string path)
    {
        if (PlainFolders.IsLink(path))
        {
            File.Delete(path); // Nothing of ours is ever a link; writing would go wherever it leads.
        }

        FileStream content;
        try
        {
            content = Open(path, FileMode.OpenOrCreate);
        }
        catch (IOException exception) when (SystemLock.IsHeld(exception))
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null; // Another user's; one of our own follows.
        }

        if (ask(content.SafeFileHandle) == LockAnswer.Taken && FileLocker.IsStillThere(path, content))
        {
            return content;
        }

        var isEmpty = content.Length == 0 && FileLocker.IsStillThere(path, content);
        content.Dispose();
        if (isEmpty)
        {
            File.Delete(path); // Made just now where there are no locks; nobody would ever go on with it.
        }

        return null;
    }

    private static FileStream Open(string path, FileMode mode) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = mode,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            }
        );
}
