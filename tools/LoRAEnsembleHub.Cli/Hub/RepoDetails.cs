using System.Globalization;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What one repository of a hub holds.</summary>
internal sealed record RepoDetails : ICommandResult
{
    public required RepoFact Repository { get; init; }

    public required string Revision { get; init; }

    public required IReadOnlyList<FileFact> Files { get; init; }

    /// <summary>What the hub's scan found; null where it does not scan.</summary>
    public required RepoScan? Scan { get; init; }

    public static async Task<RepoDetails> ReadAsync(HubClient client, RepoId repo, Revision? revision, CancellationToken cancellationToken)
    {
        var info = await client.GetRepoAsync(repo, revision, cancellationToken).ConfigureAwait(false);
        var files = info.Commit is { } commit
            ? await client.ListFilesAsync(repo, LoRAEnsembleHub.Hub.Revision.Parse(commit.Hex), cancellationToken).ConfigureAwait(false)
            : [];
        return new RepoDetails
        {
            Repository = await RepoFact.ReadAsync(client, info, mayHoldEnsemble: true, cancellationToken).ConfigureAwait(false),
            Revision = revision?.Name ?? LoRAEnsembleHub.Hub.Revision.Main.Name,
            Files = [.. files.Select(file => new FileFact(file.Path, file.Size, file.Hash.Hex))],
            Scan = await client.GetScanAsync(repo, cancellationToken).ConfigureAwait(false),
        };
    }

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Paragraph(Repository.Id + (Repository.IsPrivate ? " (private)" : ""), Tone.Heading);
        yield return new Facts([
            ("commit", $"{Repository.Commit ?? "none"} ({Revision})"),
            ("changed", Repository.LastModified?.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
            ("task", Repository.PipelineTag),
            ("base", Repository.Base),
            ("members", Repository.Members is { } members ? Figures.Count(members) : null),
            ("rank", Repository.Ranks.Count > 0 ? string.Join(", ", Repository.Ranks) : null),
            ("metrics", Repository.Metrics.Count > 0 ? RepoList.Metrics(Repository.Metrics) : null),
            ("safety", Safety()),
        ]);
        if (Repository.Problem is { } problem)
        {
            yield return new Paragraph(problem, Tone.Bad);
        }

        yield return new Grid(
            $"{Files.Count} files, {Figures.Bytes(Files.Sum(file => file.Size))}",
            [new Column("file"), new Column("size", IsNumber: true), new Column("hash")],
            [.. Files.Select(file => (IReadOnlyList<string>)[file.Path, Figures.Bytes(file.Size), file.Hash[..12]])]
        );
    }

    public IEnumerable<string> ToQuietLines() => Files.Select(file => file.Path);

    private string Safety() =>
        Scan switch
        {
            null => "not scanned by this hub",
            { Issues.Count: > 0 } => string.Join(", ", Scan.Issues.Select(issue => $"{issue.Path}: {issue.Level}")),
            { IsDone: false } => "scan not finished",
            _ => "scanned, nothing found",
        };
}

/// <summary>One file of a repository.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Hash">SHA-256 (64 digits) or git's blob hash (40).</param>
internal sealed record FileFact(string Path, long Size, string Hash);
