using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>What is on disk for each method that a manifest can name.</summary>
/// <param name="Name">As manifests have it.</param>
/// <param name="MemberFiles">The files that every member folder holds.</param>
internal sealed record EnsembleMethod(string Name, IReadOnlyList<string> MemberFiles)
{
    public const string LoraEnsemble = "lora-ensemble";
    public const string SingleLora = "single-lora";
    public const string ExplicitEnsemble = "explicit-ensemble";
    public const string SnapshotEnsemble = "snapshot-ensemble";
    public const string McDropout = "mc-dropout";
    public const string BatchEnsemble = "batch-ensemble";

    /// <summary>The folder of weights that all members share, where they are not those of the base.</summary>
    public const string SharedFolder = "shared";

    /// <summary>The heads of a Monte Carlo dropout with several.</summary>
    public const string HeadsFile = "heads.safetensors";

    private static readonly string[] adapterFiles = [PeftMember.ConfigFile, PeftMember.WeightsFile];
    private static readonly string[] modelFiles = [PretrainedModel.ConfigFile, PretrainedModel.WeightsFile];

    private static readonly EnsembleMethod[] all =
    [
        new(LoraEnsemble, adapterFiles) { IsLora = true },
        new(SingleLora, adapterFiles) { IsLora = true, HasOneMember = true },
        new(ExplicitEnsemble, modelFiles) { HoldsModels = true },
        new(SnapshotEnsemble, modelFiles) { HoldsModels = true },
        new(McDropout, modelFiles) { HoldsModels = true, HasOneMember = true },
        new(BatchEnsemble, [ScaleFile.ConfigName, ScaleFile.WeightsName]),
    ];

    /// <summary>The names of all methods.</summary>
    public static string KnownNames => string.Join(", ", all.Select(method => method.Name));

    /// <summary>Every file that a member folder may hold by some method.</summary>
    public static IReadOnlyList<string> AllFiles { get; } = [.. all.SelectMany(method => method.MemberFiles).Append(HeadsFile).Distinct()];

    /// <summary>The files of a PEFT adapter.</summary>
    public static IReadOnlyList<string> AdapterFiles => adapterFiles;

    /// <summary>The files of a plain model.</summary>
    public static IReadOnlyList<string> ModelFiles => modelFiles;

    /// <summary>Whether members are PEFT adapters.</summary>
    public bool IsLora { get; private init; }

    /// <summary>Whether members are whole models, so that no base is needed.</summary>
    public bool HoldsModels { get; private init; }

    /// <summary>Whether there is exactly one member folder.</summary>
    public bool HasOneMember { get; private init; }

    /// <summary>The files that a part of an ensemble must have.</summary>
    public static IEnumerable<string> FilesOf(EnsembleManifest manifest, ManifestMember part) =>
        ReferenceEquals(part, manifest.Shared) ? modelFiles : Find(manifest.Method)!.MemberFiles;

    /// <summary>The method of a name, or null when it is not known.</summary>
    public static EnsembleMethod? Find(string? name) => all.FirstOrDefault(method => method.Name == name);
}
