using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The ensemble that was made of several sources.</summary>
internal sealed record AssembleResult : ICommandResult
{
    public required string Output { get; init; }

    public required string Base { get; init; }

    public required int Members { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required IReadOnlyList<AssemblySource> Sources { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Facts([("ensemble", Output), ("base", Base), ("members", $"{Members}"), ("classes", Figures.Listed(Labels))]);
        yield return new Grid(
            "sources",
            [new Column("folder"), new Column("members", IsNumber: true), new Column("classes")],
            [
                .. Sources.Select(source =>
                    (IReadOnlyList<string>)[source.Folder, $"{source.Members}", source.Reordered ? "put in another order" : "as they are"]
                ),
            ]
        );
    }

    public IEnumerable<string> ToQuietLines() => [Output];
}
