using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>What was pulled from the quickstart's own hub, and into which cache.</summary>
/// <param name="Endpoint">The hub's address while it ran.</param>
/// <param name="Served">The folder that it served.</param>
/// <param name="Cache">The cache's folder.</param>
/// <param name="Repositories">Each once, in the order of the pulls.</param>
internal sealed record PullFacts(string Endpoint, string Served, string Cache, IReadOnlyList<PulledRepository> Repositories)
{
    public Grid ToGrid() =>
        new(
            null,
            [
                new Column("repository"),
                new Column("commit"),
                new Column("files", IsNumber: true),
                new Column("size", IsNumber: true),
                new Column("fetched now", IsNumber: true),
            ],
            [
                .. Repositories.Select(one =>
                    (IReadOnlyList<string>)
                        [one.Id, one.Commit[..12], Figures.Count(one.Files), Figures.Bytes(one.Bytes), Figures.Bytes(one.FetchedBytes)]
                ),
            ]
        );

    public string InWords() =>
        $"{Repositories.Count} repositories from a hub on this machine ({Endpoint} over {Served}) into {Cache}: "
        + $"{Figures.Bytes(Repositories.Sum(one => one.FetchedBytes))} fetched, every file checked by its hash. "
        + "Both ensembles share one copy of their base; a second run fetches nothing.";
}

/// <summary>One repository.</summary>
internal sealed record PulledRepository(string Id, string Commit, string Folder, int Files, long Bytes, long FetchedBytes)
{
    public static PulledRepository Of(Snapshot snapshot) =>
        new(
            snapshot.Repo.ToString(),
            snapshot.Commit.Hex,
            snapshot.Folder,
            snapshot.Files.Count,
            snapshot.Files.Sum(file => file.Size),
            snapshot.FetchedBytes
        );
}
