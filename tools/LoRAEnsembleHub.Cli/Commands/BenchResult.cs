using LoRAEnsembleHub.Cli.Measuring;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>bench</c> measured.</summary>
internal sealed record BenchResult : ICommandResult
{
    public required string? Base { get; init; }

    public required string? Ensemble { get; init; }

    public required int Members { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Timed runs of each.</summary>
    public required int Rounds { get; init; }

    public required int Threads { get; init; }

    public required string Dtype { get; init; }

    /// <summary>From nothing to base and members ready.</summary>
    public required double LoadMilliseconds { get; init; }

    /// <summary>The first one is what the others are compared with.</summary>
    public required IReadOnlyList<Speed> Speeds { get; init; }

    /// <summary>Resident memory of this process before anything was computed.</summary>
    public required long LoadedBytes { get; init; }

    /// <summary>Its highest at the end.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>What the members hold of it.</summary>
    public required long AdapterBytes { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("members", $"{Members}"),
                ("inputs together", $"{BatchSize}"),
                ("threads", $"{Threads}, {Dtype}"),
                ("loading", $"{Figures.Short(LoadMilliseconds)} ms"),
                (
                    "memory",
                    $"{Figures.Bytes(LoadedBytes)} loaded, {Figures.Bytes(PeakBytes)} at most, {Figures.Bytes(AdapterBytes)} of it the members'"
                ),
            ]),
            new Grid(
                $"Median of {Rounds}, in turn",
                [
                    new Column(""),
                    new Column("ms", IsNumber: true),
                    new Column("inputs / s", IsNumber: true),
                    new Column("ratio", IsNumber: true),
                    new Column("CPU ms", IsNumber: true),
                ],
                [.. Speeds.Select(Row)]
            ),
        ];

    public IEnumerable<string> ToQuietLines() => [Figures.Short(Speeds[0].Milliseconds)];

    private string[] Row(Speed speed) =>
        [
            speed.Name,
            Figures.Short(speed.Milliseconds),
            Figures.Short(speed.InputsPerSecond),
            Figures.Short(speed.Milliseconds / Speeds[0].Milliseconds),
            Figures.Short(speed.ProcessorMilliseconds),
        ];
}
