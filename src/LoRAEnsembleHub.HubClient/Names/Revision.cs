namespace LoRAEnsembleHub.Hub;

/// <summary>Names a state of a repository: a branch, a tag, <c>refs/pr/N</c> or a commit hash.</summary>
/// <remarks>
/// The rule is git's own, check-ref-format, and what follows from a revision being a path below <c>refs/</c> of the cache on every system.
/// </remarks>
public sealed record Revision
{
    private const int LongestName = 255;

    private Revision(string name) => Name = name;

    /// <summary>The branch that is meant when none is named.</summary>
    public static Revision Main { get; } = new("main");

    /// <summary>The text.</summary>
    public string Name { get; }

    /// <summary>The commit hash that this revision is; null if it is a name that may move.</summary>
    public CommitHash? Commit => CommitHash.TryParse(Name, out var hash) ? hash : null;

    /// <summary>Reads a revision.</summary>
    /// <param name="text">A branch, tag, <c>refs/pr/N</c> or commit hash.</param>
    /// <returns>The revision.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.InvalidName"/>: git would not allow the name, or it could not be a file.</exception>
    public static Revision Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Complaint(text) is { } complaint
            ? throw new HubException(
                HubErrorKind.InvalidName,
                $"'{HubText.Shown(text)}' is no revision: {complaint}.",
                "Name a branch, a tag, refs/pr/N or a full commit hash."
            )
            : new(text);
    }

    /// <returns>Whether the text can name a revision.</returns>
    /// <param name="text">The text.</param>
    public static bool IsValid(string? text) => text is not null && Complaint(text) is null;

    /// <returns>The text.</returns>
    public override string ToString() => Name;

    private static string? Complaint(string text)
    {
        if (text.Length is 0 or > LongestName)
        {
            return $"it has {text.Length} characters";
        }

        if (text.AsSpan().ContainsAny(NameCharacters.RefForbidden) || text.Any(char.IsControl))
        {
            return "it has a space, a control character or one of ~ ^ : ? * [ \\";
        }

        if (text == "@" || text.Contains("..", StringComparison.Ordinal) || text.Contains("@{", StringComparison.Ordinal))
        {
            return "it is '@' or contains '..' or '@{'";
        }

        if (text.Split('/').Any(part => part.StartsWith('.') || part.EndsWith(".lock", StringComparison.Ordinal)))
        {
            return "a part begins with '.' or ends in '.lock'";
        }

        return RepoPath.Complaint(text); // It becomes a file below refs/.
    }
}
