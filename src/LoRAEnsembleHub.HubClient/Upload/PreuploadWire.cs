namespace LoRAEnsembleHub.Hub;

/// <summary>Asks how files should be sent.</summary>
internal sealed record PreuploadRequest
{
    public required IReadOnlyList<PreuploadFile> Files { get; init; }

    /// <summary>The text of the pushed <c>.gitignore</c>, by which a hub may tell files to leave out.</summary>
    public string? GitIgnore { get; init; }

    /// <summary>The text of the pushed <c>.gitattributes</c>, by which a hub tells large files.</summary>
    public string? GitAttributes { get; init; }
}

/// <summary>A file to be sent.</summary>
/// <param name="Path">Its name in the repository.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sample">Base64 of its first 512 bytes.</param>
internal sealed record PreuploadFile(string Path, long Size, string Sample);

/// <summary>How files should be sent.</summary>
internal sealed record PreuploadAnswer
{
    public IReadOnlyList<PreuploadVerdict>? Files { get; init; }
}

/// <summary>How one file should be sent.</summary>
internal sealed record PreuploadVerdict
{
    public string? Path { get; init; }

    /// <summary><c>lfs</c> or <c>regular</c>.</summary>
    public string? UploadMode { get; init; }

    public bool ShouldIgnore { get; init; }

    /// <summary>The hash of what the branch has under that name now.</summary>
    public string? Oid { get; init; }
}
