using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What a pull would fetch.</summary>
internal sealed record PullPlanResult : ICommandResult
{
    public required string RepoId { get; init; }

    public required RepoType RepoType { get; init; }

    public required string Revision { get; init; }

    public required string Commit { get; init; }

    public required string Folder { get; init; }

    public required long BytesToFetch { get; init; }

    public required IReadOnlyList<PlannedFileFact> Files { get; init; }

    public static PullPlanResult Of(PullPlan plan, Revision revision) =>
        new()
        {
            RepoId = plan.Repo.FullName,
            RepoType = plan.Repo.Type,
            Revision = revision.Name,
            Commit = plan.Commit.Hex,
            Folder = plan.Folder,
            BytesToFetch = plan.BytesToFetch,
            Files =
            [
                .. plan.Files.Select(file => new PlannedFileFact(
                    file.Path,
                    file.LocalPath,
                    file.Size,
                    file.Hash.Hex,
                    file.IsCached,
                    file.WillFetch
                )),
            ],
        };

    public IEnumerable<Block> ToBlocks() =>
        [
            new Grid(
                $"{RepoId} at {Commit[..12]}",
                [new Column("file"), new Column("size", IsNumber: true), new Column("what would be done")],
                [
                    .. Files.Select(file =>
                        (IReadOnlyList<string>)
                            [file.Path, Figures.Bytes(file.Size), file.WillFetch ? "fetched" : "nothing, it is here already"]
                    ),
                ]
            ),
            new Paragraph(
                $"\n{Files.Count(file => file.WillFetch)} of {Files.Count} files, {Figures.Bytes(BytesToFetch)} would be fetched. "
                    + "The base of an ensemble is not counted."
            ),
        ];

    public IEnumerable<string> ToQuietLines() => Files.Where(file => file.WillFetch).Select(file => file.Path);
}

/// <summary>One file of a plan.</summary>
/// <param name="Path">Its name in the repository.</param>
/// <param name="LocalPath">Where it would be.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Hash">SHA-256 (64 digits) or git's blob hash (40).</param>
/// <param name="IsCached">Whether its content is here.</param>
/// <param name="WillFetch">Whether it would be fetched.</param>
internal sealed record PlannedFileFact(string Path, string LocalPath, long Size, string Hash, bool IsCached, bool WillFetch);
