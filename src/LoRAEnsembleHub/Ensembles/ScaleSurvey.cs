using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>What a member of a batch-ensemble holds, told from its config and the header of its weights.</summary>
/// <remarks>No number is read and no native library is needed.</remarks>
public sealed record ScaleSurvey
{
    /// <summary>Names of the scaled projections, as transformers 4 spells them without prefix.</summary>
    public required IReadOnlyList<string> Sites { get; init; }

    /// <summary>Parameters of the head by name, with their shapes; empty when the member brings none.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<long>> Head { get; init; }

    /// <summary>Learned numbers.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Bytes of the weights.</summary>
    public required long FileBytes { get; init; }

    /// <summary>The element types in the file, by safetensors name, with the number of tensors of each.</summary>
    public required IReadOnlyDictionary<string, int> Dtypes { get; init; }

    /// <summary>Classes of the head, or null when the member brings none.</summary>
    public long? Classes => Head.Values.FirstOrDefault(shape => shape.Count == 2)?[0];

    /// <summary>Reads a member's folder.</summary>
    /// <exception cref="AdapterException">A file says something else than is understood.</exception>
    /// <exception cref="SafetensorsException">The weight file is malformed.</exception>
    /// <exception cref="IOException">A file is missing.</exception>
    public static ScaleSurvey Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var sites = ScaleFile.SitesOf(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, ScaleFile.WeightsName));
        return new ScaleSurvey
        {
            Sites = sites,
            Head = file
                .Tensors.Where(tensor => !sites.Any(site => tensor.Name.StartsWith(site + ".", StringComparison.Ordinal)))
                .ToDictionary(tensor => tensor.Name, tensor => (IReadOnlyList<long>)[.. tensor.Shape], StringComparer.Ordinal),
            ParameterCount = file.Tensors.Sum(tensor => tensor.ElementCount),
            FileBytes = file.FileBytes,
            Dtypes = file.Tensors.GroupBy(tensor => tensor.Dtype.Name).ToDictionary(group => group.Key, group => group.Count()),
        };
    }
}
