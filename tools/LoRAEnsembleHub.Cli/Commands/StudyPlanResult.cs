using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Studies;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The runs of a study.</summary>
internal sealed record StudyPlanResult : ICommandResult
{
    public required string Name { get; init; }

    public required string Output { get; init; }

    public required IReadOnlyList<PlannedRun> Runs { get; init; }

    public static StudyPlanResult Of(StudyConfig config, StudyRunner runner) =>
        new()
        {
            Name = config.Name,
            Output = config.Output,
            Runs = [.. runner.Runs.Select(run => new PlannedRun(run.Key, run.System, run.Members, run.Rank, run.Seed, runner.IsDone(run)))],
        };

    public IEnumerable<Block> ToBlocks() =>
        [
            new Grid(
                $"{Name}: {Runs.Count} runs, {Runs.Count(run => run.IsDone)} done",
                [
                    new Column("system"),
                    new Column("members", IsNumber: true),
                    new Column("rank", IsNumber: true),
                    new Column("seed", IsNumber: true),
                    new Column("done"),
                ],
                [
                    .. Runs.Select(run =>
                        (IReadOnlyList<string>)
                            [run.System, $"{run.Members}", run.Rank is { } rank ? $"{rank}" : "–", $"{run.Seed}", run.IsDone ? "yes" : "no"]
                    ),
                ]
            ),
        ];

    public IEnumerable<string> ToQuietLines() => Runs.Select(run => run.Key);
}

/// <summary>One run of a study.</summary>
internal sealed record PlannedRun(string Key, string System, int Members, int? Rank, long Seed, bool IsDone);
