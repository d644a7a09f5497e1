using System.Globalization;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What the cache holds.</summary>
internal sealed record CacheListing : ICommandResult
{
    private readonly bool showsRevisions;

    private CacheListing(bool showsRevisions) => this.showsRevisions = showsRevisions;

    public required string Folder { get; init; }

    /// <summary>Bytes of all snapshots; contents that several share are counted once.</summary>
    public required long SizeOnDisk { get; init; }

    /// <summary>Bytes of unfinished downloads and of contents without a snapshot: what prune would free.</summary>
    public required long Unused { get; init; }

    public required IReadOnlyList<CachedRepoFact> Repositories { get; init; }

    public required IReadOnlyList<CacheWarning> Warnings { get; init; }

    public static CacheListing Of(CacheScan scan, bool showsRevisions) =>
        new(showsRevisions)
        {
            Folder = scan.Folder,
            SizeOnDisk = scan.SizeOnDisk,
            Unused = scan.Repos.SelectMany(repo => repo.Incomplete.Concat(repo.Orphans)).Sum(blob => blob.Size),
            Repositories = [.. scan.Repos.Select(CachedRepoFact.Of)],
            Warnings = scan.Warnings,
        };

    public IEnumerable<Block> ToBlocks()
    {
        if (Repositories.Count == 0)
        {
            yield return new Paragraph($"{Folder} holds no repositories.");
            yield break;
        }

        yield return showsRevisions ? Revisions() : Repos();
        yield return new Paragraph(
            $"\n{Repositories.Count} repositories, {Figures.Bytes(SizeOnDisk)} in {Folder}"
                + (Unused > 0 ? $"; {Figures.Bytes(Unused)} of no use (lorae-hub cache prune)" : "")
        );
    }

    public IEnumerable<string> ToQuietLines() =>
        showsRevisions
            ? Repositories.SelectMany(repo => repo.Revisions).Select(revision => revision.Commit)
            : Repositories.Select(repo => repo.Target);

    private Grid Repos() =>
        new(
            null,
            [
                new Column("repository"),
                new Column("size", IsNumber: true),
                new Column("files", IsNumber: true),
                new Column("snapshots", IsNumber: true),
                new Column("refs"),
                new Column("used"),
            ],
            [
                .. Repositories.Select(repo =>
                    (IReadOnlyList<string>)
                        [
                            repo.Target,
                            Figures.Bytes(repo.SizeOnDisk),
                            Figures.Count(repo.Files),
                            Figures.Count(repo.Revisions.Count),
                            string.Join(", ", repo.Revisions.SelectMany(revision => revision.Refs).Distinct()),
                            Day(repo.LastAccessed),
                        ]
                ),
            ]
        );

    private Grid Revisions() =>
        new(
            null,
            [
                new Column("repository"),
                new Column("commit"),
                new Column("size", IsNumber: true),
                new Column("files", IsNumber: true),
                new Column("refs"),
                new Column("used"),
            ],
            [
                .. Repositories.SelectMany(repo =>
                    repo.Revisions.Select(revision =>
                        (IReadOnlyList<string>)
                            [
                                repo.Target,
                                revision.Commit,
                                Figures.Bytes(revision.SizeOnDisk),
                                Figures.Count(revision.Files),
                                string.Join(", ", revision.Refs),
                                Day(revision.LastUsed),
                            ]
                    )
                ),
            ]
        );

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>One repository of the cache.</summary>
internal sealed record CachedRepoFact
{
    public required string RepoId { get; init; }

    public required RepoType RepoType { get; init; }

    public required string Folder { get; init; }

    public required long SizeOnDisk { get; init; }

    public required int Files { get; init; }

    public required DateTimeOffset LastAccessed { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public required IReadOnlyList<CachedRevisionFact> Revisions { get; init; }

    public required IReadOnlyList<CachedBlob> Incomplete { get; init; }

    public required IReadOnlyList<CachedBlob> Orphans { get; init; }

    /// <summary>As <c>cache rm</c> takes it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Target => $"{RepoType.ToString().ToLowerInvariant()}/{RepoId}";

    public static CachedRepoFact Of(CachedRepo repo) =>
        new()
        {
            RepoId = repo.Id.FullName,
            RepoType = repo.Id.Type,
            Folder = repo.Folder,
            SizeOnDisk = repo.SizeOnDisk,
            Files = repo.FileCount,
            LastAccessed = repo.LastAccessed,
            LastModified = repo.LastModified,
            Revisions =
            [
                .. repo.Revisions.Select(revision => new CachedRevisionFact(
                    revision.Commit,
                    revision.Folder,
                    revision.Refs,
                    revision.SizeOnDisk,
                    revision.Files.Count,
                    revision.LastModified,
                    revision.LastUsed
                )),
            ],
            Incomplete = repo.Incomplete,
            Orphans = repo.Orphans,
        };
}

/// <summary>One snapshot of the cache.</summary>
internal sealed record CachedRevisionFact(
    string Commit,
    string Folder,
    IReadOnlyList<string> Refs,
    long SizeOnDisk,
    int Files,
    DateTimeOffset LastModified,
    DateTimeOffset LastUsed
);
