using System.Globalization;
using System.Text.RegularExpressions;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Adapters;

/// <summary>What a PEFT adapter folder holds, told from its config and the header of its weights, without its base.</summary>
/// <remarks>
/// No native library is needed. Everything is checked that can be without the base and without reading numbers: unsupported fields, names,
/// twins that differ, config against file. Sizes are checked against each other only.
/// </remarks>
public sealed partial record AdapterSurvey
{
    /// <summary>The base's type, by the names of the tensors, such as <c>vit</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>The base that the adapter names, or null.</summary>
    public required string? BaseModel { get; init; }

    /// <summary>r in adapter_config.json.</summary>
    public required int Rank { get; init; }

    /// <summary>The ranks of the updates, ascending; one where no site has a rank of its own.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    /// <summary>The factors of the updates (alpha / r, or alpha / √r), ascending.</summary>
    public required IReadOnlyList<double> Scales { get; init; }

    /// <summary>Adapted projections of each kind.</summary>
    public required IReadOnlyDictionary<ProjectionKind, int> SitesPerKind { get; init; }

    /// <summary>Whether the tensors stand under the names of transformers 4, of 5, or both; both also where the names are the same.</summary>
    public required PeftNaming Naming { get; init; }

    /// <summary>Parameters of the head by name, with their shapes; empty when the adapter brings none.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<long>> Head { get; init; }

    /// <summary>Learned numbers, each counted once whatever names it stands under.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Bytes of adapter_model.safetensors.</summary>
    public required long FileBytes { get; init; }

    /// <summary>The element types in the file, by safetensors name, with the number of tensors of each.</summary>
    public required IReadOnlyDictionary<string, int> Dtypes { get; init; }

    /// <summary>Classes of the head, or null when the adapter brings none.</summary>
    public long? Classes => Head.Values.FirstOrDefault(shape => shape.Count == 2)?[0];

    /// <summary>Reads an adapter folder.</summary>
    /// <param name="folder">With adapter_config.json and adapter_model.safetensors.</param>
    /// <exception cref="AdapterException">A file is missing, or the adapter computes or holds something that is not supported.</exception>
    /// <exception cref="SafetensorsException">The weight file is malformed.</exception>
    public static AdapterSurvey Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var (config, weights) = PeftMember.Open(folder);
        using var file = SafetensorsFile.Open(weights);
        var catalogue = Guess(file).Catalogue;
        var names = PeftNames.Sort(file, catalogue, weights);
        var plan = PeftPlan.Make(config, names, catalogue, weights);
        var head = names.HeadFor(config.ModulesToSave, catalogue, weights);
        return new AdapterSurvey
        {
            ModelType = catalogue.ModelType,
            BaseModel = config.BaseModel,
            Rank = config.Rank,
            Ranks = [.. plan.Select(update => (int)update.Down.Shape[0]).Distinct().Order()],
            Scales = [.. plan.Select(update => update.Scale).Distinct().Order()],
            SitesPerKind = plan.GroupBy(update => update.Site.Kind).ToDictionary(group => group.Key, group => group.Count()),
            Naming = plan.All(update => update.Site.Name == update.Site.NewName) ? PeftNaming.Both : NamingOf(file),
            Head = head.ToDictionary(entry => entry.Key, entry => entry.Value.Shape),
            ParameterCount =
                plan.Sum(update => update.Down.ElementCount + update.Up.ElementCount) + head.Values.Sum(view => view.ElementCount),
            FileBytes = file.FileBytes,
            Dtypes = file.Tensors.GroupBy(view => view.Dtype.Name).ToDictionary(group => group.Key, group => group.Count()),
        };
    }

    /// <summary>The smallest base that the tensors could belong to.</summary>
    private static ModelLayout Guess(SafetensorsFile file)
    {
        var layers = file
            .Tensors.Select(view => Block().Match(view.Name))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups["i"].Value, CultureInfo.InvariantCulture));
        long? Width(Func<string, bool> wanted) => file.Tensors.FirstOrDefault(view => view.Shape.Count == 2 && wanted(view.Name))?.Shape[1];
        var hidden =
            Width(name => name.Contains("attention", StringComparison.Ordinal) && name.EndsWith("lora_A.weight", StringComparison.Ordinal))
            ?? Width(name => name.Contains("classifier", StringComparison.Ordinal))
            ?? Width(name => IsFeedForwardIn(name) && name.EndsWith("lora_A.weight", StringComparison.Ordinal));
        var inner =
            Width(name => IsFeedForwardOut(name) && name.EndsWith("lora_A.weight", StringComparison.Ordinal))
            ?? file.Tensors.FirstOrDefault(view =>
                    IsFeedForwardIn(view.Name) && view.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)
                )
                ?.Shape[0];
        return PretrainedModels.SmallestFor(
            new AdaptedSizes(layers.DefaultIfEmpty(0).Max() + 1, (int)(hidden ?? 1), (int)(inner ?? 1)),
            part => file.Tensors.Any(view => view.Name.Contains(part, StringComparison.Ordinal))
        );
    }

    private static PeftNaming NamingOf(SafetensorsFile file)
    {
        var updates = file.Tensors.Where(view => view.Name.Contains(".lora_", StringComparison.Ordinal)).ToArray();
        var old = updates.Count(view => view.Name.Contains("encoder.layer.", StringComparison.Ordinal));
        return old == updates.Length ? PeftNaming.V4
            : old == 0 ? PeftNaming.V5
            : PeftNaming.Both;
    }

    private static bool IsFeedForwardIn(string name) =>
        name.Contains("intermediate.dense", StringComparison.Ordinal) || name.Contains("mlp.fc1", StringComparison.Ordinal);

    private static bool IsFeedForwardOut(string name) =>
        name.Contains("mlp.fc2", StringComparison.Ordinal)
        || (name.Contains(".output.dense", StringComparison.Ordinal) && !name.Contains("attention", StringComparison.Ordinal));

    [GeneratedRegex(@"\b(encoder\.layer|layers)\.(?<i>[0-9]{1,3})\.", RegexOptions.CultureInvariant)]
    private static partial Regex Block();
}
