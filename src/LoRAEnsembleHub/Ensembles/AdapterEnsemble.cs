using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>A LoRA ensemble read from its folder: the members' adapters and what its manifest says of them.</summary>
/// <remarks>
/// Reading proves everything first, in this order: the manifest whole, the hashes of the members, the base, then every tensor's name,
/// shape and type. No model is changed by reading; attach <see cref="Members"/> to use them. <see cref="LoadedEnsemble"/> reads ensembles
/// of every method.
/// </remarks>
public sealed class AdapterEnsemble : IDisposable
{
    private AdapterEnsemble(
        string folder,
        EnsembleManifest? manifest,
        AdapterSet members,
        IReadOnlyList<string> labels,
        IReadOnlyList<string> warnings
    ) => (Folder, Manifest, Members, Labels, Warnings) = (folder, manifest, members, labels, warnings);

    /// <summary>Where the ensemble was read from.</summary>
    public string Folder { get; }

    /// <summary>The manifest, or null for plain PEFT folders.</summary>
    public EnsembleManifest? Manifest { get; }

    /// <summary>The members' adapters and heads.</summary>
    public AdapterSet Members { get; }

    /// <summary>Class names by index.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>What a reader should know, such as a base that could not be verified.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>How the members become one prediction, as the manifest says; the mean of probabilities where it says nothing.</summary>
    public Aggregation Aggregation => Manifest?.MemberAggregation ?? Aggregation.MeanProbability;

    /// <summary>[members]; what each member's logits are divided by, as the manifest says; 1 where it says nothing.</summary>
    public IReadOnlyList<double> Temperatures => Manifest?.Temperatures ?? [.. Enumerable.Repeat(1.0, Members.Count)];

    /// <summary>Reads an ensemble folder, a folder of PEFT members, or one PEFT adapter.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The base that the members are to be used with; not changed.</param>
    /// <param name="allowBaseMismatch">Whether a base with other weights than the manifest's is accepted, with a warning.</param>
    /// <param name="members">
    /// The members to read, by their places from 0 and in the order wanted; null for all. Files of the others are not opened.
    /// </param>
    /// <returns>The ensemble; the caller disposes it.</returns>
    /// <exception cref="AdapterException">Something does not fit; it is named and nothing was changed.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="Safetensors.SafetensorsException">A weight file is malformed.</exception>
    public static AdapterEnsemble Load(
        string folder,
        PretrainedModel model,
        bool allowBaseMismatch = false,
        IReadOnlyList<int>? members = null
    )
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(model);
        var found = EnsembleFolder.Open(folder, members);
        var warnings = new List<string>();
        if (found.Manifest is { } manifest)
        {
            if (EnsembleMethod.Find(manifest.Method) is { IsLora: false })
            {
                throw new AdapterException(
                    $"{folder} is of the method {manifest.Method}, whose members are no LoRA adapters; read it with {nameof(LoadedEnsemble)}."
                );
            }

            found.VerifyMembers(warnings);
            BaseCheck.Verify(manifest.BaseModel!, model.Identity, folder, allowBaseMismatch, warnings);
        }

        var seeds = found.Manifest?.Members?.Select(member => member.Seed).ToArray();
        var set = AdapterSet.Read(folder, found.MemberFolders, model.Catalogue, seeds);
        try
        {
            set.Check(model.Catalogue);
            return new AdapterEnsemble(folder, found.Manifest, set, LabelsOf(found.Manifest, set, model, folder), warnings);
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Frees the members. Models that still use them refuse to run.</summary>
    public void Dispose() => Members.Dispose();

    private static IReadOnlyList<string> LabelsOf(EnsembleManifest? manifest, AdapterSet members, PretrainedModel model, string folder)
    {
        var classes = members.Classes ?? model.Labels.Count;
        if (classes == 0)
        {
            throw new AdapterException($"{folder} brings no head and the base has none, so there would be no prediction.");
        }

        if (manifest?.Id2Label is { } labels)
        {
            return labels.Count == classes
                ? manifest.Labels
                : throw new AdapterException($"{folder}: id2label has {labels.Count} labels; the members' heads have {classes} classes.");
        }

        return model.Labels.Count == classes ? model.Labels : ModelConfig.NumberedLabels(classes);
    }
}
