using System.Text.Json;
using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Loads pretrained models; the one place where model types are told apart.</summary>
public static class PretrainedModels
{
    /// <summary>The last one takes what the others do not claim.</summary>
    private static readonly ModelFamily[] families = [new AstFamily(), new BertFamily(), new VitFamily()];

    /// <summary>Loads a model folder: config.json, and model.safetensors or its shards.</summary>
    /// <param name="folder">As transformers, timm or torchvision name their weights; one safetensors file beside a config.json will do too.</param>
    /// <param name="options">Device, element type and origin; null takes the defaults.</param>
    /// <returns>The model; the caller disposes it. Weights already in the wanted type are mapped, not copied.</returns>
    /// <exception cref="ModelException">The config asks for something that is not supported; it is named.</exception>
    /// <exception cref="WeightsException">Weights are missing, unused, or of another shape; they are listed.</exception>
    /// <exception cref="SafetensorsException">A weight file is malformed.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks its config or its weights.</exception>
    /// <exception cref="NativeLibraryException">The native library is missing or does not run here.</exception>
    public static PretrainedModel Load(string folder, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new ModelOptions();
        var layout = LayoutOf(folder);
        return Build(
            layout,
            () => WeightMap.Open(WeightsPath(folder), layout.Catalogue.Prefix, options.DeviceOrCpu, options.Dtype),
            folder,
            options
        );
    }

    /// <summary>Makes a model of weights, wherever they lie.</summary>
    /// <param name="layout">What the config asks for.</param>
    /// <param name="open">Opens the weights.</param>
    /// <param name="folder">The folder of the weight files, for the model's identity.</param>
    /// <param name="options">Device, element type and origin.</param>
    /// <exception cref="WeightsException">Weights are missing, unused, or of another shape; they are listed.</exception>
    internal static PretrainedModel Build(ModelLayout layout, Func<WeightMap> open, string folder, ModelOptions options)
    {
        NativeTorch.EnsureLoaded();
        if (options.Dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
        {
            throw new ModelException($"The element type is {options.Dtype}; models are computed in Float32 or BFloat16.");
        }

        using var weights = open();
        layout = layout.With(layout.Config with { LayerNormEps = layout.Config.LayerNormEps ?? weights.DefaultLayerNormEps });
        var heads = layout.HeadsOf(weights.Contains);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, shape) in layout.Whole(heads, weights.ShapeOf))
            {
                tensors.Add(name, weights.Take(name, shape));
            }

            var report = weights.Finish(layout.Ignorable) with { UnknownConfigFields = ModelConfigCheck.Unknown(layout.Config) };
            var identity = new BaseIdentity(Path.GetFullPath(folder), report.Files, layout.Config.ModelType, options);
            var model = layout.Build(new ParameterSet(tensors), heads, identity, report);
            model.AskedRoute = options.Route;
            return model;
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    /// <summary>Names and shapes of the model in a folder, from its config.json.</summary>
    /// <exception cref="ModelException">The config asks for something that is not supported; it is named.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks its config.</exception>
    internal static ModelLayout LayoutOf(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{folder} has no config.json; a model folder needs it beside its weights.", path);
        }

        var json = File.ReadAllText(path);
        var type = ModelType(json, path);
        var family =
            families.FirstOrDefault(candidate => candidate.Reads(type))
            ?? throw new ModelException(
                $"{path}: model_type is {type}; supported are {string.Join(", ", families.SelectMany(known => known.ModelTypes))}."
            );
        return family.Read(json, path);
    }

    /// <summary>The sizes of a model's inputs, by the names of its config; none where a folder has no config.json.</summary>
    /// <exception cref="ModelException">The config asks for something that is not supported; it is named.</exception>
    internal static IReadOnlyDictionary<string, IReadOnlyList<int>> SizesOf(string folder) =>
        File.Exists(Path.Combine(folder, "config.json"))
            ? LayoutOf(folder).Config.InputSizes
            : new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>The family of a model type, or null when it is not known.</summary>
    internal static ModelFamily? FamilyOf(string? modelType) =>
        families.FirstOrDefault(family => modelType is not null && family.ModelTypes.Contains(modelType));

    /// <summary>The smallest model that an adapter could belong to.</summary>
    /// <param name="sizes">What the shapes of its tensors tell.</param>
    /// <param name="mentions">Whether any name of a tensor contains a text.</param>
    internal static ModelLayout SmallestFor(AdaptedSizes sizes, Func<string, bool> mentions) =>
        families.Select(family => family.Smallest(sizes, mentions)).First(layout => layout is not null)!;

    private static string? ModelType(string json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("model_type", out var type)
                ? type.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelException($"{path} is not a model config: {e.Message}", e);
        }
    }

    /// <summary>The folder itself, or the one safetensors file in it when neither of the usual names is there.</summary>
    internal static string WeightsPath(string folder)
    {
        if (File.Exists(Path.Combine(folder, "model.safetensors")) || File.Exists(Path.Combine(folder, "model.safetensors.index.json")))
        {
            return folder;
        }

        var files = Directory.GetFiles(folder, "*.safetensors");
        return files.Length == 1
            ? files[0]
            : throw new FileNotFoundException(
                $"{folder} has neither model.safetensors nor model.safetensors.index.json"
                    + (files.Length > 1 ? $", but {files.Length} other safetensors files" : "")
                    + "; pickled weights (.bin, .pt) are not read from there; make safetensors of them first (convert FILE --to safetensors, which runs nothing of a pickle)."
            );
    }
}
