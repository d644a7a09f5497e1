namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>One change that a commit makes.</summary>
internal abstract record CommitOperation(string Path)
{
    /// <summary>A file is there afterwards, with this content.</summary>
    internal sealed record Put(StoredFile File) : CommitOperation(File.Path);

    /// <summary>A file is gone afterwards.</summary>
    internal sealed record DeleteFile(string Path) : CommitOperation(Path);

    /// <summary>A folder with all in it is gone afterwards.</summary>
    internal sealed record DeleteFolder(string Path) : CommitOperation(Path);
}
