namespace LoRAEnsembleHub.Hub;

/// <summary>Content that is being written: bytes go in, and only the whole content gets its name.</summary>
/// <remarks>
/// Whoever opens one reads <see cref="Held"/> bytes from the start of <see cref="Content"/> through a hasher, goes on writing behind them, and
/// completes it once the hash fits. Disposed before that, a shared one stays for the next run and any other is deleted.
/// </remarks>
internal sealed class PartialFile : IAsyncDisposable
{
    private readonly string? notesPath;
    private readonly PartialNotes notes;
    private readonly TimeProvider time;
    private bool isDone;

    internal PartialFile(FileStream content, ContentHash hash, string? notesPath, PartialNotes notes, TimeProvider time) =>
        (Content, Hash, this.notesPath, this.notes, this.time) = (content, hash, notesPath, notes, time);

    /// <summary>The bytes so far; unbuffered, at its start when opened.</summary>
    public FileStream Content { get; }

    /// <summary>The hash that the whole content must have.</summary>
    public ContentHash Hash { get; }

    /// <summary>How many bytes the whole content has.</summary>
    public long Size => notes.Size;

    /// <summary>How many bytes are there.</summary>
    public long Held => Content.Length;

    /// <summary>Whether the next run finds it, if this one does not complete it.</summary>
    public bool IsShared => notesPath is not null;

    /// <summary>Throws all bytes away, to start from the first.</summary>
    public void Restart()
    {
        Content.SetLength(0);
        Content.Position = 0;
    }

    /// <summary>Deletes it; the next run starts from the first byte.</summary>
    public async Task DiscardAsync()
    {
        isDone = true;
        if (OperatingSystem.IsWindows())
        {
            await Content.DisposeAsync().ConfigureAwait(false);
        }

        File.Delete(Content.Name);
        DeleteNotes();
        await Content.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the content its name, all at once.</summary>
    /// <param name="target">Its place, on the same volume; something there already is replaced.</param>
    /// <param name="cancellationToken">Gives up before the rename.</param>
    /// <exception cref="HubException"><see cref="HubErrorKind.Integrity"/>: bytes are missing or too many.</exception>
    public async Task CompleteAsync(string target, CancellationToken cancellationToken)
    {
        if (Held != Size)
        {
            throw new HubException(
                HubErrorKind.Integrity,
                $"{Content.Name} has {Held} bytes; {Size} were announced.",
                "Nothing was stored. Pull again; if it happens again, the server announces a wrong size."
            );
        }

        cancellationToken.ThrowIfCancellationRequested();
        Content.Flush(flushToDisk: true); // Else a power cut could leave the name without the bytes.
        if (OperatingSystem.IsWindows())
        {
            await Content.DisposeAsync().ConfigureAwait(false); // An open file cannot be renamed there.
        }

        File.Move(Content.Name, target, overwrite: true); // Elsewhere it stays locked until after the rename.
        isDone = true;
        DeleteNotes();
        await Content.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Lets go of it: a shared one stays for the next run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDone)
        {
            return;
        }

        if (notesPath is null || Held == 0)
        {
            await DiscardAsync().ConfigureAwait(false);
            return;
        }

        isDone = true;
        var now = notes with { Received = Held, Updated = time.GetUtcNow() };
        await Content.DisposeAsync().ConfigureAwait(false);
        await now.WriteAsync(notesPath, CancellationToken.None).ConfigureAwait(false);
    }

    private void DeleteNotes()
    {
        if (notesPath is not null)
        {
            File.Delete(notesPath);
        }
    }
}
