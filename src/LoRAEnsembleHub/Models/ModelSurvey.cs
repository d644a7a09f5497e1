using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Models;

/// <summary>What a model folder holds and whether it would load, told from its config and the headers of its weights.</summary>
/// <remarks>No number is read and no native library is needed, so this works where torch does not.</remarks>
public sealed record ModelSurvey
{
    /// <summary>The config.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>The weight files by bare name, with their bytes.</summary>
    public required IReadOnlyDictionary<string, long> Files { get; init; }

    /// <summary>The layouts the names belong to: transformers 4, transformers 5, TensorFlow (gamma and beta), timm or torchvision.</summary>
    public required IReadOnlyList<string> Layouts { get; init; }

    /// <summary>The head modules; empty when there is no head.</summary>
    public required IReadOnlyList<string> Heads { get; init; }

    /// <summary>Tensors that the model takes.</summary>
    public required int TensorCount { get; init; }

    /// <summary>Numbers in them.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>The element types in the files, by safetensors name, with the number of tensors of each.</summary>
    public required IReadOnlyDictionary<string, int> Dtypes { get; init; }

    /// <summary>Names in the files that the model has no use for and is known not to need.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>Fields of config.json that are not known and have no influence.</summary>
    public required IReadOnlyList<string> UnknownConfigFields { get; init; }

    /// <summary>Why the model would not load, one sentence each; empty when it would.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Reads a model folder.</summary>
    /// <param name="folder">With config.json, and model.safetensors or its shards.</param>
    /// <returns>What was found; missing, unused and misshapen weights are told as problems.</returns>
    /// <exception cref="ModelException">The config asks for something that is not supported; it is named.</exception>
    /// <exception cref="WeightsException">Two tensors of the checkpoint stand for the same weight.</exception>
    /// <exception cref="SafetensorsException">A weight file is malformed.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks its config or its weights.</exception>
    public static ModelSurvey Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var layout = PretrainedModels.LayoutOf(folder);
        var weights = PretrainedModels.WeightsPath(folder);
        var (files, owner) = WeightMap.OpenFiles(weights);
        using (owner)
        {
            var (pieces, layouts) = WeightMap.Arrange(weights, files, layout.Catalogue.Prefix);
            var heads = layout.HeadsOf(pieces.ContainsKey);
            var expected = layout
                .Whole(heads, name => pieces.TryGetValue(name, out var piece) ? piece.Shape : null)
                .ToDictionary(entry => entry.Name, entry => entry.Shape);
            var views = files.SelectMany(file => file.Tensors).Select(tensor => tensor.View);
            var left = pieces.Where(piece => !expected.ContainsKey(piece.Key)).ToArray();
            return new ModelSurvey
            {
                Config = layout.Config,
                Files = files.ToDictionary(file => Path.GetFileName(file.Name), file => file.FileBytes),
                Layouts = layouts,
                Heads = heads,
                TensorCount = expected.Keys.Count(pieces.ContainsKey),
                ParameterCount = expected.Keys.Where(pieces.ContainsKey).Sum(name => Count(pieces[name].Shape)),
                Dtypes = views.GroupBy(view => view.Dtype.Name).ToDictionary(group => group.Key, group => group.Count()),
                Ignored = [.. Names(left.Where(piece => layout.Ignorable(piece.Key)))],
                UnknownConfigFields = ModelConfigCheck.Unknown(layout.Config),
                Problems =
                [
                    .. expected.Keys.Where(name => !pieces.ContainsKey(name)).Select(name => $"{name} is missing."),
                    .. Names(left.Where(piece => !layout.Ignorable(piece.Key)))
                        .Select(name => $"{name} belongs to nothing in the model of config.json."),
                    .. expected
                        .Where(entry => pieces.ContainsKey(entry.Key))
                        .Select(entry => Fault(entry.Key, entry.Value, pieces))
                        .OfType<string>(),
                ],
            };
        }
    }

    private static string? Fault(string name, long[] shape, Dictionary<string, WeightMap.Piece> pieces)
    {
        var piece = pieces[name];
        return !piece.Shape.SequenceEqual(shape)
                ? $"{piece.Stored} gives {name} the shape [{string.Join(", ", piece.Shape)}]; the config asks for [{string.Join(", ", shape)}]."
            : TensorReader.FloatingType(piece.View.Dtype) is null
                ? $"{piece.Stored} is {piece.View.Dtype.Name}; weights must be F64, F32, F16 or BF16."
            : null;
    }

    private static IEnumerable<string> Names(IEnumerable<KeyValuePair<string, WeightMap.Piece>> pieces) =>
        pieces.Select(piece => piece.Value.Stored).Distinct().Order(StringComparer.Ordinal);

    private static long Count(IReadOnlyList<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}
