using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What is, or would be, removed from the cache.</summary>
internal sealed record CacheRemoval : ICommandResult
{
    /// <summary>Whether anything was removed, or only planned.</summary>
    public bool IsDone { get; init; }

    public required long PlannedBytes { get; init; }

    /// <summary>Bytes that are free now.</summary>
    public long FreedBytes { get; init; }

    public required IReadOnlyList<string> Repos { get; init; }

    public required IReadOnlyList<string> Snapshots { get; init; }

    public required IReadOnlyList<string> Blobs { get; init; }

    public required IReadOnlyList<string> Incomplete { get; init; }

    public required IReadOnlyList<string> Refs { get; init; }

    public required IReadOnlyList<string> Records { get; init; }

    public IReadOnlyList<RemovalFailure> Failures { get; init; } = [];

    public static CacheRemoval Of(RemovalPlan plan) =>
        new()
        {
            PlannedBytes = plan.FreedBytes,
            Repos = plan.Repos,
            Snapshots = plan.Snapshots,
            Blobs = plan.Blobs,
            Incomplete = plan.Incomplete,
            Refs = plan.Refs,
            Records = plan.Records,
        };

    public CacheRemoval With(RemovalResult result) =>
        this with
        {
            IsDone = true,
            FreedBytes = result.FreedBytes,
            Failures = result.Failures,
        };

    public IEnumerable<Block> ToBlocks()
    {
        var count = Repos.Count + Snapshots.Count + Blobs.Count + Incomplete.Count + Refs.Count + Records.Count;
        if (count == 0)
        {
            yield return new Paragraph("There is nothing to remove.");
            yield break;
        }

        yield return new Facts([
            ("repositories", Counted(Repos)),
            ("snapshots", Counted(Snapshots)),
            ("contents", Counted(Blobs)),
            ("unfinished downloads", Counted(Incomplete)),
            ("branches and tags", Counted(Refs)),
            ("listings and marks", Counted(Records)),
        ]);
        foreach (var path in Repos.Concat(Snapshots))
        {
            yield return new Paragraph(path);
        }

        foreach (var failure in Failures)
        {
            yield return new Paragraph($"{failure.Path}: {failure.Reason}", Tone.Bad);
        }

        yield return new Paragraph(IsDone ? $"\n{Figures.Bytes(FreedBytes)} freed." : $"\n{Figures.Bytes(PlannedBytes)} would be freed.");
    }

    public IEnumerable<string> ToQuietLines() => Repos.Concat(Snapshots).Concat(Blobs).Concat(Incomplete);

    public ExitCode ToExitCode() => Failures.Count > 0 ? ExitCode.Failed : ExitCode.Done;

    private static string? Counted(IReadOnlyList<string> items) => items.Count > 0 ? Figures.Count(items.Count) : null;
}
