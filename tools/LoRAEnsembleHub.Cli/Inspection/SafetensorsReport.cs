using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>What one safetensors file holds; it was proved before anything is told.</summary>
internal sealed record SafetensorsReport : ICommandResult
{
    public string Kind { get; } = "safetensors";

    public required string Path { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Length of the header with its 8 bytes of length.</summary>
    public required long HeaderBytes { get; init; }

    public required IReadOnlyList<StoredTensor> Tensors { get; init; }

    public required IReadOnlyList<DtypeTotal> Totals { get; init; }

    public required IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>What is allowed but may surprise.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public static SafetensorsReport Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        StoredTensor[] tensors = [.. file.Tensors.Select(tensor => StoredTensor.Of(tensor, file.Name))];
        return new SafetensorsReport
        {
            Path = path,
            Bytes = file.FileBytes,
            HeaderBytes = file.DataOffset,
            Tensors = tensors,
            Totals = DtypeTotal.Of(tensors),
            Metadata = file.Metadata,
            Notes = FileNotes.Of(file),
        };
    }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("file", Path),
                ("size", $"{Figures.Bytes(Bytes)} ({Figures.Count(Bytes)} bytes), header {Figures.Count(HeaderBytes)} bytes"),
                ("tensors", Figures.Count(Tensors.Count)),
                .. (Metadata ?? new Dictionary<string, string>())
                    .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .Select(entry => ($"metadata {entry.Key}", (string?)entry.Value)),
            ]),
            .. Tensors.Count > 0 ? [StoredTensor.Table(Tensors, false), DtypeTotal.Table(Totals)] : Array.Empty<Block>(),
            .. Remarks.Blocks(Notes, []),
        ];

    public IEnumerable<string> ToQuietLines() => Tensors.Select(tensor => tensor.Name);
}
