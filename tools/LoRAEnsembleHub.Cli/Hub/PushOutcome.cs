using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What a push did.</summary>
internal sealed record PushOutcome : ICommandResult
{
    public required string RepoId { get; init; }

    public required RepoType RepoType { get; init; }

    /// <summary>Page of the repository.</summary>
    public required string Url { get; init; }

    public required string Revision { get; init; }

    /// <summary>The state of the branch afterwards.</summary>
    public required string? Commit { get; init; }

    /// <summary>The commits made, oldest first; none if nothing had changed.</summary>
    public required IReadOnlyList<string> Commits { get; init; }

    public required string? PullRequest { get; init; }

    public required IReadOnlyList<string> Pushed { get; init; }

    public required IReadOnlyList<string> Unchanged { get; init; }

    public required IReadOnlyList<string> Ignored { get; init; }

    public required IReadOnlyList<string> Deleted { get; init; }

    public required long BytesSent { get; init; }

    public required bool RepoCreated { get; init; }

    public required bool BranchCreated { get; init; }

    public static PushOutcome Of(PushResult result, Uri endpoint) =>
        new()
        {
            RepoId = result.Repo.FullName,
            RepoType = result.Repo.Type,
            Url = $"{endpoint.AbsoluteUri.TrimEnd('/')}/{result.Repo}",
            Revision = result.Revision.Name,
            Commit = result.Head?.Hex,
            Commits = [.. result.Commits.Select(commit => commit.Hex)],
            PullRequest = result.PullRequest?.AbsoluteUri,
            Pushed = result.Pushed,
            Unchanged = result.Unchanged,
            Ignored = result.Ignored,
            Deleted = result.Deleted,
            BytesSent = result.BytesSent,
            RepoCreated = result.RepoCreated,
            BranchCreated = result.BranchCreated,
        };

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Paragraph(
            Commits.Count > 0 ? $"Pushed to {RepoId}, {Revision}" : $"Nothing to push: {RepoId} has all of it already, {Revision}",
            Tone.Heading
        );
        yield return new Facts([
            ("repository", Url + (RepoCreated ? " (new)" : "")),
            ("commit", Commit),
            ("pull request", PullRequest),
            ("files", $"{Pushed.Count} pushed, {Unchanged.Count} unchanged, {Deleted.Count} deleted"),
            ("ignored", Ignored.Count > 0 ? $"{Figures.Listed(Ignored)} (.gitignore of the repository)" : null),
            ("sent", Figures.Bytes(BytesSent)),
        ]);
    }

    public IEnumerable<string> ToQuietLines() => [PullRequest ?? Url];
}
