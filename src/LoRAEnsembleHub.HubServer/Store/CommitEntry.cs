namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What is told about one commit.</summary>
/// <param name="Hash">Its name.</param>
/// <param name="Parent">The commit before; null for the first, or when it is not known here.</param>
/// <param name="Tree">Git's hash of its files; the commit's own hash where git's is not known.</param>
/// <param name="Author">Who made it.</param>
/// <param name="Date">When.</param>
/// <param name="Title">The first line of its message.</param>
/// <param name="Message">The whole message.</param>
internal sealed record CommitEntry(
    CommitHash Hash,
    CommitHash? Parent,
    string Tree,
    string Author,
    DateTimeOffset Date,
    string Title,
    string Message
)
{
    public static CommitEntry Of(GitCommit commit) =>
        new(commit.Hash, commit.Parent, commit.Tree, commit.Author, commit.Date, commit.Title, commit.Message);
}
