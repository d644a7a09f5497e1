namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A file of one commit.</summary>
/// <param name="Path">Its name, with <c>/</c> between folders.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Hash">What its content is: SHA-256 for a large file (LFS), git's hash for others.</param>
/// <param name="GitOid">Git's hash of what git would hold: the content, or the pointer to a large file.</param>
internal sealed record StoredFile(string Path, long Size, ContentHash Hash, string GitOid)
{
    public bool IsLfs => Hash.IsSha256;

    /// <summary>The file under another name.</summary>
    public StoredFile At(string path) => this with { Path = path };

    /// <returns>A file that git holds itself.</returns>
    public static StoredFile Regular(string path, long size, ContentHash gitHash) => new(path, size, gitHash, gitHash.Hex);

    /// <returns>A file that git points to.</returns>
    public static StoredFile Large(string path, long size, ContentHash sha256) => new(path, size, sha256, LfsPointer.GitOid(sha256, size));
}
