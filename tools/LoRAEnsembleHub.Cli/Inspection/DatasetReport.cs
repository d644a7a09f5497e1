using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>What a data set holds.</summary>
internal sealed record DatasetReport : ICommandResult
{
    public string Kind { get; } = "dataset";

    public required string Path { get; init; }

    /// <summary>What an example is.</summary>
    public required string Input { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required IReadOnlyList<DataSplitFacts> Splits { get; init; }

    /// <returns>Null where the path holds no data set.</returns>
    public static DatasetReport? Find(string path) =>
        DataSets.Survey(path) is { } found
            ? new DatasetReport
            {
                Path = path,
                Input = found.Input,
                Classes = found.Classes,
                Splits = found.Splits,
            }
            : null;

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("data set", Path),
                ("classes", Figures.Count(Classes.Count)),
                .. Splits.Select(split =>
                    (
                        split.Name,
                        (string?)$"{Figures.Count(split.Count)} {Input}{(split.Count == 1 ? "" : "s")}, the first {split.FirstSize}"
                    )
                ),
            ]),
            new Grid(
                null,
                [new Column("class"), .. Splits.Select(split => new Column(split.Name, IsNumber: true))],
                [
                    .. Classes.Select(name =>
                        (string[])[name, .. Splits.Select(split => Figures.Count(split.PerClass.GetValueOrDefault(name)))]
                    ),
                ]
            ),
        ];

    public IEnumerable<string> ToQuietLines() => Splits.Select(split => split.Name);
}
