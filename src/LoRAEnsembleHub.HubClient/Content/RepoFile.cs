namespace LoRAEnsembleHub.Hub;

/// <summary>One file of a commit, as the listing of a repository gives it.</summary>
public sealed record RepoFile
{
    /// <summary>Its name in the repository, with <c>/</c> between folders.</summary>
    public required string Path { get; init; }

    /// <summary>How many bytes its content has.</summary>
    public required long Size { get; init; }

    /// <summary>Names its content: SHA-256 for a large file, git's SHA-1 otherwise. Blobs of the cache have this name.</summary>
    public required ContentHash Hash { get; init; }

    /// <summary>What git itself stores under that name: the content, or for a large file the pointer to it; 40 digits.</summary>
    public required string GitOid { get; init; }

    /// <summary>Whether the content is kept outside git.</summary>
    public bool IsLfs { get; init; }
}
