using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>forward</c> wrote.</summary>
internal sealed record ForwardResult : ICommandResult
{
    public required string? Base { get; init; }

    public required string? Ensemble { get; init; }

    /// <summary>Length of the members axis, or null where there is none.</summary>
    public required int? Members { get; init; }

    public required string Output { get; init; }

    public required IReadOnlyList<TensorFact> Tensors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks() => [TensorFact.Grid(Output, Tensors)];

    public IEnumerable<string> ToQuietLines() => [Output];
}

/// <summary>A tensor of a file.</summary>
internal sealed record TensorFact(string Name, string Dtype, IReadOnlyList<long> Shape)
{
    public static Grid Grid(string title, IEnumerable<TensorFact> tensors) =>
        new(
            title,
            [new Column("name"), new Column("dtype"), new Column("shape")],
            [.. tensors.Select(tensor => new[] { tensor.Name, tensor.Dtype, Figures.Shape(tensor.Shape) })]
        );
}
