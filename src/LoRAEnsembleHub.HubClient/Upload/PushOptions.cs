namespace LoRAEnsembleHub.Hub;

/// <summary>How a push is to be made.</summary>
public sealed record PushOptions
{
    /// <summary>The branch to push to, or <c>refs/pr/N</c>; made from <c>main</c> if there is no such branch.</summary>
    public Revision Revision { get; init; } = Revision.Main;

    /// <summary>Where in the repository a folder's files go, or the name that a single file gets; empty for the root and the file's own name.</summary>
    public string PathInRepo { get; init; } = "";

    /// <summary>Which files of the folder to push, by their names in it. Git's own folder and hub clients' notes are always left out.</summary>
    public FilePatterns Files { get; init; } = FilePatterns.All;

    /// <summary>
    /// Files of the repository to delete in the same commit, by patterns of their names below <see cref="PathInRepo"/>. What is pushed stays,
    /// and so does <c>.gitattributes</c>.
    /// </summary>
    public IReadOnlyList<string> Delete { get; init; } = [];

    /// <summary>The title of the commit; null for one that says what was pushed.</summary>
    public string? Message { get; init; }

    /// <summary>Further text of the commit.</summary>
    public string Description { get; init; } = "";

    /// <summary>The commit that the branch must still stand at; null to push onto whatever it stands at.</summary>
    public CommitHash? Parent { get; init; }

    /// <summary>Whether to open a pull request instead of changing the branch.</summary>
    public bool CreatePullRequest { get; init; }

    /// <summary>Whether to make the repository if there is none.</summary>
    public bool CreateRepo { get; init; } = true;

    /// <summary>Whether a repository that is made is private.</summary>
    public bool Private { get; init; }

    /// <summary>
    /// The most files in one commit; null for one commit with everything. Several commits are not one: a push that stops between them leaves
    /// the first ones, and running it again adds the rest. Deletions come with the last.
    /// </summary>
    public int? MaxFilesPerCommit { get; init; }

    /// <summary>
    /// Where a hub takes large files only by Xet, which this client does not speak, those up to this many bytes are sent inside the commit.
    /// </summary>
    public long LargestInlineBytes { get; init; } = 64 << 20;

    internal PushOptions Checked()
    {
        ArgumentNullException.ThrowIfNull(Revision);
        ArgumentNullException.ThrowIfNull(PathInRepo);
        ArgumentNullException.ThrowIfNull(Files);
        ArgumentNullException.ThrowIfNull(Delete);
        ArgumentNullException.ThrowIfNull(Description);
        ArgumentOutOfRangeException.ThrowIfNegative(LargestInlineBytes);
        if (MaxFilesPerCommit is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(MaxFilesPerCommit));
        }

        if (Message is not null && (string.IsNullOrWhiteSpace(Message) || Message.AsSpan().ContainsAny('\r', '\n')))
        {
            throw new ArgumentException("The title of a commit is one line and not empty; put more into the description.", nameof(Message));
        }

        return Revision.Commit is null
            ? this
            : throw new HubException(
                HubErrorKind.InvalidName,
                $"'{Revision}' is a commit; a push needs a branch.",
                "Name the branch, and the commit as the parent that the branch must stand at."
            );
    }
}
