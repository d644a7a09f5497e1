using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>convert</c> wrote.</summary>
internal sealed record ConvertResult : ICommandResult
{
    /// <summary>The file that was converted; null where a base or an ensemble was.</summary>
    public string? Source { get; init; }

    public string? Base { get; init; }

    public string? Ensemble { get; init; }

    /// <summary>Length of the members axis, or of the list of models; null for a model alone.</summary>
    public int? Members { get; init; }

    public required string Output { get; init; }

    public required IReadOnlyList<WrittenFile> Files { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Grid(
                Output,
                [new Column("file"), new Column("size", IsNumber: true)],
                [.. Files.Select(file => new[] { Path.GetRelativePath(Output, file.Path), Figures.Bytes(file.Bytes) })]
            ),
        ];

    public IEnumerable<string> ToQuietLines() => Files.Select(file => file.Path);
}

/// <summary>A file that was written.</summary>
internal sealed record WrittenFile(string Path, long Bytes)
{
    public static WrittenFile Of(string path) => new(path, new FileInfo(path).Length);
}
