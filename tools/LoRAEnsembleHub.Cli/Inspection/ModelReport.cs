using System.Security.Cryptography;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>What a model folder holds and whether it would load.</summary>
internal sealed record ModelReport : ICommandResult
{
    public string Kind { get; } = "model";

    public required string Path { get; init; }

    public required string ModelType { get; init; }

    public required IReadOnlyList<string>? Architectures { get; init; }

    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int AttentionHeads { get; init; }

    public required int IntermediateSize { get; init; }

    /// <summary>Sizes of the inputs by the name of their field in config.json; one number, or [height, width].</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<int>> InputSizes { get; init; }

    /// <summary>The inputs and their sizes, in words.</summary>
    public required string Inputs { get; init; }

    public required long Parameters { get; init; }

    public required int Tensors { get; init; }

    /// <summary>Names of the head modules; empty when there is none.</summary>
    public required IReadOnlyList<string> Heads { get; init; }

    /// <summary>Class names of the head; empty when there is none.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The libraries whose names the weights have.</summary>
    public required IReadOnlyList<string> Layouts { get; init; }

    /// <summary>Tensors by element type.</summary>
    public required IReadOnlyDictionary<string, int> Dtypes { get; init; }

    public required IReadOnlyList<WeightFileFact> Files { get; init; }

    /// <summary>The files that say how inputs are prepared; empty where none does.</summary>
    public required IReadOnlyList<string> Preprocessing { get; init; }

    public required IReadOnlyList<string> UnknownConfigFields { get; init; }

    public required IReadOnlyList<string> Ignored { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Reads a folder; one whose config is not supported is told as its bare tensors, with the reason.</summary>
    public static ICommandResult Read(string folder, bool withHashes)
    {
        ModelSurvey survey;
        try
        {
            survey = ModelSurvey.Read(folder);
        }
        catch (Exception e) when (e is ModelException or WeightsException && Directory.EnumerateFiles(folder, "*.safetensors").Any())
        {
            return CheckpointReport.Read(folder, e.Message);
        }

        var config = survey.Config;
        return new ModelReport
        {
            Path = folder,
            ModelType = config.ModelType,
            Architectures = config.Architectures,
            HiddenSize = config.HiddenSize,
            Layers = config.NumHiddenLayers,
            AttentionHeads = config.NumAttentionHeads,
            IntermediateSize = config.IntermediateSize,
            InputSizes = config.InputSizes,
            Inputs = config.InputSummary,
            Parameters = survey.ParameterCount,
            Tensors = survey.TensorCount,
            Heads = survey.Heads,
            Labels = survey.Heads.Count == 0 ? [] : config.Labels,
            Layouts = survey.Layouts,
            Dtypes = survey.Dtypes,
            Files = [.. survey.Files.Select(file => WeightFileFact.Of(folder, file.Key, file.Value, withHashes))],
            Preprocessing = InputPipelines.FilesIn(folder),
            UnknownConfigFields = survey.UnknownConfigFields,
            Ignored = survey.Ignored,
            Notes = CardRemarks.Of(folder),
            Problems = survey.Problems,
        };
    }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("model", Path),
                ("type", ModelType + (Architectures is { Count: > 0 } names ? $" ({string.Join(", ", names)})" : "")),
                ("parameters", $"{Figures.Count(Parameters)} in {Tensors} tensors"),
                (
                    "encoder",
                    $"{Layers} blocks, hidden size {HiddenSize}, {AttentionHeads} attention heads, feed-forward {IntermediateSize}"
                ),
                ("inputs", Inputs),
                ("head", Heads.Count == 0 ? "none" : $"{string.Join(", ", Heads)}: {Labels.Count} classes"),
                ("labels", Labels.Count == 0 ? null : Figures.Listed(Labels)),
                ("names", $"as in {string.Join(" and ", Layouts)}"),
                ("element types", string.Join(", ", Dtypes.Select(type => $"{type.Key} × {type.Value}"))),
                .. Files.Select((file, index) => (index == 0 ? "files" : "", (string?)file.InWords())),
                ("preprocessing", Preprocessing.Count == 0 ? "nothing says how inputs are prepared" : string.Join(", ", Preprocessing)),
                ("not used", Ignored.Count == 0 ? null : Figures.Listed(Ignored)),
                ("unknown fields", UnknownConfigFields.Count == 0 ? null : string.Join(", ", UnknownConfigFields)),
            ]),
            .. Remarks.Blocks(Notes, Problems),
        ];

    public IEnumerable<string> ToQuietLines() => Files.Select(file => file.Name);

    public ExitCode ToExitCode() => Problems.Count > 0 ? ExitCode.Failed : ExitCode.Done;
}

/// <summary>A weight file; its hash is null where it was not asked for.</summary>
internal sealed record WeightFileFact(string Name, long Bytes, string? Sha256)
{
    public static WeightFileFact Of(string folder, string name, long bytes, bool withHash)
    {
        if (!withHash)
        {
            return new WeightFileFact(name, bytes, null);
        }

        using var stream = File.OpenRead(System.IO.Path.Combine(folder, name));
        return new WeightFileFact(name, bytes, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    public string InWords() => $"{Name} ({Figures.Bytes(Bytes)}{(Sha256 is null ? "" : $", SHA-256 {Sha256}")})";
}
