namespace LoRAEnsembleHub.Models;

/// <summary>Which repository a folder is a copy of, as far as its path tells.</summary>
/// <remarks>
/// Folders of the cache that Hugging Face's tools share, <c>models--NAMESPACE--NAME/snapshots/COMMIT</c>, tell repository and commit; of any
/// other folder the last two parts of its path are taken, as in a folder of repositories.
/// </remarks>
/// <param name="RepoId"><c>namespace/name</c>, or the name alone at the top of a disk.</param>
/// <param name="Revision">The commit, 40 hexadecimal digits; null where the path tells none.</param>
public sealed record RepositoryFolder(string RepoId, string? Revision)
{
    private const int CommitDigits = 40;

    /// <summary>The last part of <see cref="RepoId"/>.</summary>
    public string Name => RepoId[(RepoId.LastIndexOf('/') + 1)..];

    /// <summary>Reads the place of a data set: of a file the folder that it lies in tells, of anything else the path itself.</summary>
    /// <param name="path">A file or folder.</param>
    public static RepositoryFolder OfData(string path) => Of(File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path);

    /// <summary>Reads a path; nothing needs to be there.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>What its path tells.</returns>
    public static RepositoryFolder Of(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var last = Path.GetFileName(full);
        var parent = Path.GetDirectoryName(full);
        if (
            last is { Length: CommitDigits }
            && last.All(char.IsAsciiHexDigitLower)
            && Path.GetFileName(parent) == "snapshots"
            && Path.GetFileName(Path.GetDirectoryName(parent))?.Split("--") is [_, .. var names and not []]
        )
        {
            return new RepositoryFolder(string.Join('/', names), last);
        }

        var owner = Path.GetFileName(parent);
        return new RepositoryFolder(string.IsNullOrEmpty(owner) ? last : $"{owner}/{last}", null);
    }
}
