using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>Safetensors files that belong together, of a model that is not known here or has no config.</summary>
internal sealed record CheckpointReport : ICommandResult
{
    public string Kind { get; } = "checkpoint";

    public required string Path { get; init; }

    /// <summary>Bytes by bare name.</summary>
    public required IReadOnlyDictionary<string, long> Files { get; init; }

    public required IReadOnlyList<StoredTensor> Tensors { get; init; }

    public required IReadOnlyList<DtypeTotal> Totals { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Reads an index, or the safetensors files of a folder.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="problem">Why it is not told as a model, or null.</param>
    public static CheckpointReport Read(string path, string? problem)
    {
        if (System.IO.File.Exists(path))
        {
            using var shards = SafetensorsShards.OpenIndex(path);
            return Of(path, shards.Files, shards.UnmappedTensors, problem);
        }

        if (Directory.EnumerateFiles(path, "model.safetensors*").Any())
        {
            using var shards = SafetensorsShards.OpenFolder(path);
            return Of(path, shards.Files, shards.UnmappedTensors, problem);
        }

        var files = new List<SafetensorsFile>();
        try
        {
            files.AddRange(Directory.GetFiles(path, "*.safetensors").Order(StringComparer.Ordinal).Select(SafetensorsFile.Open));
            return Of(path, files, [], problem);
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("path", Path),
                ("files", string.Join(", ", Files.Select(file => $"{file.Key} ({Figures.Bytes(file.Value)})"))),
                ("tensors", Figures.Count(Tensors.Count)),
            ]),
            StoredTensor.Table(Tensors, Files.Count > 1),
            DtypeTotal.Table(Totals),
            .. Remarks.Blocks(Notes, Problems),
        ];

    public IEnumerable<string> ToQuietLines() => Tensors.Select(tensor => tensor.Name);

    public ExitCode ToExitCode() => Problems.Count > 0 ? ExitCode.Failed : ExitCode.Done;

    private static CheckpointReport Of(
        string path,
        IReadOnlyList<SafetensorsFile> files,
        IReadOnlyList<TensorView> unmapped,
        string? problem
    )
    {
        StoredTensor[] tensors = [.. files.SelectMany(file => file.Tensors.Select(tensor => StoredTensor.Of(tensor, file.Name)))];
        return new CheckpointReport
        {
            Path = path,
            Files = files.ToDictionary(file => file.Name, file => file.FileBytes),
            Tensors = tensors,
            Totals = DtypeTotal.Of(tensors),
            Notes =
            [
                .. files.SelectMany(FileNotes.Of),
                .. unmapped.Select(tensor => $"{tensor.Name} lies in a shard but the index does not mention it."),
            ],
            Problems = problem is null ? [] : [problem],
        };
    }
}
