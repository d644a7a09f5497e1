namespace LoRAEnsembleHub.Hub;

/// <summary>A file to be pushed, as it was found; not yet read.</summary>
internal sealed record LocalFile
{
    /// <summary>Its name in the repository.</summary>
    public required string Path { get; init; }

    /// <summary>The file itself, with every link on the way already followed.</summary>
    public required string Source { get; init; }

    /// <summary>How it looked when it was found.</summary>
    public required FileStamp Stamp { get; init; }
}
