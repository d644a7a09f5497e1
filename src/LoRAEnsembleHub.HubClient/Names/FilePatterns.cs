namespace LoRAEnsembleHub.Hub;

/// <summary>Chooses files of a repository by shell patterns, as huggingface_hub's <c>allow_patterns</c> and <c>ignore_patterns</c> do.</summary>
/// <remarks>
/// Python's <c>fnmatch.fnmatchcase</c>: case counts, the whole name must fit, <c>*</c> is any run of characters, also across <c>/</c>,
/// <c>?</c> is one character, <c>[abc]</c>, <c>[a-z]</c> and <c>[!abc]</c> are sets. A pattern that ends with <c>/</c> means everything in that
/// folder. Before patterns, a name that is spelled exactly so is taken for itself, so that files with brackets in their names can be named.
/// </remarks>
public sealed record FilePatterns
{
    private readonly NamePattern[]? include;
    private readonly NamePattern[] exclude;

    /// <summary>Reads patterns.</summary>
    /// <param name="include">A file must fit one of these; null means every file, an empty list none.</param>
    /// <param name="exclude">A file must fit none of these.</param>
    public FilePatterns(IEnumerable<string>? include = null, IEnumerable<string>? exclude = null)
    {
        this.include = include?.Select(text => new NamePattern(text)).ToArray();
        this.exclude = [.. (exclude ?? []).Select(text => new NamePattern(text))];
    }

    /// <summary>Every file.</summary>
    public static FilePatterns All { get; } = new();

    /// <summary>Whether a file is chosen.</summary>
    /// <param name="path">Its name in the repository.</param>
    /// <returns>Whether it fits.</returns>
    public bool Allows(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = path.Replace('\\', '/');
        return (include is null || include.Any(pattern => pattern.Fits(name))) && !exclude.Any(pattern => pattern.Fits(name));
    }
}
