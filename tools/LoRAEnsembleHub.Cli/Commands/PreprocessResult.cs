using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>preprocess</c> wrote and what was done to each input.</summary>
internal sealed record PreprocessResult : ICommandResult
{
    public required string Config { get; init; }

    public required string Output { get; init; }

    public required IReadOnlyList<TensorFact> Tensors { get; init; }

    public required IReadOnlyList<PreparedInput> Inputs { get; init; }

    public IEnumerable<Block> ToBlocks() => [TensorFact.Grid(Output, Tensors)];

    public IEnumerable<string> ToQuietLines() => [Output];
}

/// <summary>One input and how it became what a model takes.</summary>
/// <param name="Input">The file, or the place of the text.</param>
/// <param name="Done">What was done to it, in words.</param>
internal sealed record PreparedInput(string Input, IReadOnlyList<string> Done);
