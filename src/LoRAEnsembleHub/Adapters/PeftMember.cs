using System.Runtime.InteropServices;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>One PEFT adapter, sorted by the sites of a model; tensors in Float32 on the CPU, outside every scope.</summary>
/// <remarks>
/// Tensors may be windows into the mapped file, so whoever keeps numbers copies them. Stacking members does, and a window costs no memory
/// that the allocator would hold on to afterwards, as it does with thousands of small copies.
/// </remarks>
/// <param name="Factors">By canonical site name.</param>
/// <param name="Head">By parameter name; empty when the adapter brings no head.</param>
/// <param name="Stored">The element type of the file.</param>
internal sealed record PeftMember(
    IReadOnlyDictionary<string, (Tensor Down, Tensor Up, double Scale)> Factors,
    IReadOnlyDictionary<string, Tensor> Head,
    ScalarType Stored
) : IDisposable
{
    /// <summary>In front of the names of all tensors.</summary>
    internal const string Root = "base_model.model.";

    /// <summary>How an adapter computes.</summary>
    internal const string ConfigFile = "adapter_config.json";

    /// <summary>Its tensors.</summary>
    internal const string WeightsFile = "adapter_model.safetensors";

    private const string PickledWeights = "adapter_model.bin";

    /// <summary>Reads adapter_config.json and adapter_model.safetensors of a folder and checks every name, shape and number.</summary>
    /// <exception cref="AdapterException">The adapter does not fit the model, or computes something that is not supported.</exception>
    /// <exception cref="SafetensorsException">The weight file is malformed.</exception>
    public static PeftMember Read(string folder, AdapterCatalogue catalogue)
    {
        var (config, weights) = Open(folder);
        using var file = SafetensorsFile.Open(weights);
        var names = PeftNames.Sort(file, catalogue, weights);
        return Take(file, config, names, catalogue, weights);
    }

    /// <summary>Reads the config of an adapter folder and finds its weights; no torch is needed.</summary>
    /// <exception cref="AdapterException">A file is missing, or the config asks for something that is not computed here.</exception>
    internal static (PeftConfig Config, string Weights) Open(string folder)
    {
        var place = Path.Combine(folder, ConfigFile);
        if (!File.Exists(place))
        {
            throw new AdapterException($"{folder} has no {ConfigFile}; a PEFT adapter is that file and {WeightsFile}.");
        }

        var config = PeftConfig.Parse(File.ReadAllText(place), place);
        var weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights))
        {
            throw new AdapterException(
                File.Exists(Path.Combine(folder, PickledWeights))
                    ? $"{folder} has only {PickledWeights}, a pickle, in which other programs run what it asks for. `lorae-hub convert {Path.Combine(folder, PickledWeights)} "
                        + $"--to safetensors --output FOLDER` reads its tensors and runs nothing; or save the adapter again with PEFT to get {WeightsFile}."
                    : $"{folder} has no {WeightsFile}."
            );
        }

        return (config, weights);
    }

    public void Dispose()
    {
        foreach (var (down, up, _) in Factors.Values)
        {
            down.Dispose();
            up.Dispose();
        }

        foreach (var tensor in Head.Values)
        {
            tensor.Dispose();
        }
    }

    private static PeftMember Take(SafetensorsFile file, PeftConfig config, PeftNames names, AdapterCatalogue catalogue, string place)
    {
        var plan = PeftPlan.Make(config, names, catalogue, place);
        var head = names.HeadFor(config.ModulesToSave, catalogue, place);
        var factors = new Dictionary<string, (Tensor, Tensor, double)>(StringComparer.Ordinal);
        var heads = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var member = new PeftMember(factors, heads, StoredType(file));
        try
        {
            using var reader = new TensorReader(CPU, ScalarType.Float32);
            var source = WeightSource.Of(file);
            foreach (var (site, down, up, scale) in plan)
            {
                factors.Add(site.Name, (Finite(reader, source, down, place), Finite(reader, source, up, place), scale));
            }

            foreach (var (name, view) in head)
            {
                heads.Add(name, Finite(reader, source, view, place));
            }

            return member;
        }
        catch
        {
            member.Dispose();
            throw;
        }
    }

    internal static string WithoutRoot(string name, string place) =>
        name.StartsWith(Root, StringComparison.Ordinal)
            ? name[Root.Length..]
            : throw new AdapterException($"{place}: {name} does not begin with {Root}, as every tensor of a PEFT adapter does.");

    private static Tensor Finite(TensorReader reader, WeightSource file, TensorView view, string place)
    {
        var tensor = reader.Read(file, view);
        if (tensor.numel() > 0 && !FiniteNumbers.Are(MemoryMarshal.Cast<byte, float>(tensor.bytes)))
        {
            tensor.Dispose();
            throw new AdapterException(
                $"{place}: {view.Name} holds NaN or infinite numbers; the adapter is damaged or its training diverged."
            );
        }

        return tensor;
    }

    private static ScalarType StoredType(SafetensorsFile file)
    {
        var types = file.Tensors.Select(view => TensorReader.FloatingType(view.Dtype)).Distinct().ToArray();
        return types is [{ } only and not ScalarType.Float64] ? only : ScalarType.Float32; // numbers are kept in Float32
    }
}
