namespace LoRAEnsembleHub.Hub;

/// <summary>One change that a commit makes.</summary>
/// <param name="Path">The file concerned, as named in the repository.</param>
internal abstract record CommitOperation(string Path);

/// <summary>A file whose bytes travel in the commit itself.</summary>
/// <param name="File">The file.</param>
internal sealed record InlineFile(PushFile File) : CommitOperation(File.Path);

/// <summary>A file whose bytes the hub's large-file store already has.</summary>
/// <param name="File">The file.</param>
internal sealed record LargeFile(PushFile File) : CommitOperation(File.Path);

/// <summary>A file that goes.</summary>
/// <param name="Path">The file.</param>
internal sealed record DeletedFile(string Path) : CommitOperation(Path);
