namespace LoRAEnsembleHub.Hub;

/// <summary>What shows, without reading a file, that it was not written to.</summary>
/// <param name="Size">Length in bytes.</param>
/// <param name="ModifiedUtc">When it was last written.</param>
internal sealed record FileStamp(long Size, DateTime ModifiedUtc)
{
    /// <returns>The stamp of a file as it is now.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: there is no such file any more.</exception>
    public static FileStamp Of(string source)
    {
        var file = new FileInfo(source);
        return file.Exists
            ? new(file.Length, file.LastWriteTimeUtc)
            : throw new HubException(
                HubErrorKind.LocalFile,
                $"'{HubText.Shown(source)}' is gone.",
                "The push needs all files until its end. Run it again when the folder is complete."
            );
    }
}
