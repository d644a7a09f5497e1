namespace LoRAEnsembleHub.Hub;

/// <summary>A file to be pushed, read once: what a hub has to know of it before and after it gets the bytes.</summary>
internal sealed record PushFile
{
    /// <summary>How many bytes of its beginning a hub may see, to tell text from binary.</summary>
    public const int SampleBytes = 512;

    /// <summary>Its name in the repository.</summary>
    public required string Path { get; init; }

    /// <summary>Where it lies.</summary>
    public required string Source { get; init; }

    /// <summary>How it looked while it was read.</summary>
    public required FileStamp Stamp { get; init; }

    /// <summary>SHA-256 of its bytes: its name as a large file.</summary>
    public required ContentHash Sha256 { get; init; }

    /// <summary>Git's hash: its name as an ordinary file.</summary>
    public required ContentHash GitOid { get; init; }

    /// <summary>Its first bytes, at most <see cref="SampleBytes"/>.</summary>
    public required byte[] Sample { get; init; }

    /// <summary>Length in bytes.</summary>
    public long Size => Stamp.Size;

    /// <returns>Whether a hub's hash of either kind names these bytes.</returns>
    public bool Is(ContentHash hash) => hash == (hash.IsSha256 ? Sha256 : GitOid);

    /// <summary>Refuses the file if it was written to since it was read.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: it was, or it is gone.</exception>
    public void EnsureUnchanged()
    {
        if (FileStamp.Of(Source) is var now && now != Stamp)
        {
            throw Changed(Path, $"it had {Stamp.Size} bytes of {Stamp.ModifiedUtc:O}, now it has {now.Size} of {now.ModifiedUtc:O}");
        }
    }

    /// <summary>Refuses the file if it was written to since it was read, or is another by its hash.</summary>
    /// <param name="now">SHA-256 of the bytes as just read.</param>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: it was, or it is gone.</exception>
    public void EnsureUnchanged(ContentHash now)
    {
        EnsureUnchanged();
        if (now != Sha256)
        {
            throw Changed(Path, $"its SHA-256 was {Sha256}, now it is {now}");
        }
    }

    /// <returns>The refusal of a file that changed.</returns>
    public static HubException Changed(string path, string evidence) =>
        new(
            HubErrorKind.LocalFile,
            $"'{HubText.Shown(path)}' changed while it was being pushed: {evidence}.",
            "This version was not committed. Push again when nothing writes to the folder any more."
        );
}
