using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Members of several ensembles and PEFT adapters put together into one ensemble.</summary>
/// <remarks>
/// All must belong to one base and predict the same classes. Where sources name their classes in different orders, the rows of heads are
/// put into the order of the first source that names them; nothing else about a member changes.
/// </remarks>
public sealed class EnsembleAssembly : IDisposable
{
    private EnsembleAssembly(
        AdapterSet members,
        IReadOnlyList<string> labels,
        IReadOnlyList<AssemblySource> sources,
        IReadOnlyList<string> warnings
    ) => (Members, Labels, Sources, Warnings) = (members, labels, sources, warnings);

    /// <summary>All members, source after source.</summary>
    public AdapterSet Members { get; }

    /// <summary>Class names by index.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Where the members came from.</summary>
    public IReadOnlyList<AssemblySource> Sources { get; }

    /// <summary>What could not be verified.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads the sources; the model is not changed.</summary>
    /// <param name="folders">Ensemble folders, folders of PEFT members, or PEFT adapters; one or more.</param>
    /// <param name="model">The base that all of them belong to.</param>
    /// <param name="allowBaseMismatch">Whether sources that name another base are accepted, with a warning.</param>
    /// <returns>The members; the caller disposes them.</returns>
    /// <exception cref="AdapterException">A source does not fit the base or the others; it is named.</exception>
    /// <exception cref="DirectoryNotFoundException">A folder is not there.</exception>
    public static EnsembleAssembly Load(IReadOnlyList<string> folders, PretrainedModel model, bool allowBaseMismatch = false)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(model);
        var warnings = new List<string>();
        CheckBases(folders, model, allowBaseMismatch, warnings);
        var ensembles = new List<AdapterEnsemble>();
        var reordered = new List<AdapterSet>();
        try
        {
            foreach (var folder in folders)
            {
                ensembles.Add(AdapterEnsemble.Load(folder, model, allowBaseMismatch));
                warnings.AddRange(ensembles[^1].Warnings.Select(warning => $"{folder}: {warning}"));
            }

            var naming = ensembles.Find(ensemble => ensemble.Manifest?.Id2Label is not null) ?? ensembles[0];
            var (sets, sources) = (new List<AdapterSet>(), new List<AssemblySource>());
            foreach (var ensemble in ensembles)
            {
                var order = Order(ensemble, naming, warnings);
                if (order is not null)
                {
                    reordered.Add(ensemble.Members.Permute(order, model.Catalogue));
                }

                sets.Add(order is null ? ensemble.Members : reordered[^1]);
                sources.Add(new AssemblySource(ensemble.Folder, ensemble.Members.Count, ensemble.Manifest?.Method, order is not null));
            }

            return new EnsembleAssembly(AdapterSets.Join("the assembled ensemble", sets), naming.Labels, sources, warnings);
        }
        finally
        {
            ensembles.ForEach(ensemble => ensemble.Dispose());
            reordered.ForEach(set => set.Dispose());
        }
    }

    /// <summary>Frees the members.</summary>
    public void Dispose() => Members.Dispose();

    /// <summary>Adapters without a manifest name their base by a repository or a folder; no hash tells more.</summary>
    private static void CheckBases(IReadOnlyList<string> folders, PretrainedModel model, bool allowBaseMismatch, List<string> warnings)
    {
        var named = new List<(string Folder, string Base)>();
        EnsembleFolder[] found = [.. folders.Select(EnsembleFolder.Open)];
        foreach (var folder in found.Where(source => source.Manifest is null).SelectMany(source => source.MemberFolders))
        {
            if (AdapterSurvey.Read(folder).BaseModel is { Length: > 0 } name)
            {
                named.Add((folder, name));
            }
        }

        if (named.Count == 0)
        {
            return;
        }

        // manifests state hashes, which are compared when they are read; here only with what adapters call their base, unless that is a folder
        var (first, other) = (named[0], named.Find(source => source.Base != named[0].Base));
        if (
            other.Base is null
            && IsRepository(first.Base)
            && found.FirstOrDefault(source => source.Manifest?.BaseModel?.RepoId is { } id && id != first.Base) is { } ensemble
        )
        {
            other = (ensemble.FolderPath, ensemble.Manifest!.BaseModel!.RepoId!);
        }

        if (other.Base is not null && !allowBaseMismatch)
        {
            throw new AdapterException(
                $"{other.Folder} was trained on {other.Base}, {first.Folder} on {first.Base}; members of an ensemble share one base. "
                    + "If both names mean the same weights, allow the mismatch."
            );
        }

        if (other.Base is not null || first.Base != model.Identity.RepoId)
        {
            warnings.Add(
                $"The adapters name {string.Join(" and ", named.Select(source => source.Base).Distinct())} as their base; that the base at hand is "
                    + "the same was not verified, because adapters do not state its hash."
            );
        }
    }

    /// <summary>Whether a name of a base is that of a repository, namespace/name, and not a path.</summary>
    private static bool IsRepository(string name) =>
        name.Split('/') is [{ Length: > 0 } owner, { Length: > 0 }]
        && owner[0] is not ('.' or '~')
        && !name.Contains('\\')
        && !Directory.Exists(name);

    /// <summary>For every class of the ensemble the class of a source; null where they are in the same order.</summary>
    private static int[]? Order(AdapterEnsemble ensemble, AdapterEnsemble naming, List<string> warnings)
    {
        if (ensemble.Labels.SequenceEqual(naming.Labels, StringComparer.Ordinal))
        {
            return null;
        }

        if (ensemble.Labels.Count != naming.Labels.Count)
        {
            throw new AdapterException(
                $"{ensemble.Folder} has {ensemble.Labels.Count} classes, {naming.Folder} {naming.Labels.Count}; all members of an ensemble must predict the same ones."
            );
        }

        if (ensemble.Manifest?.Id2Label is null)
        {
            warnings.Add($"{ensemble.Folder} does not name its classes; they are taken in the order of {naming.Folder}.");
            return null;
        }

        if (ensemble.Labels.GroupBy(label => label, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new AdapterException(
                $"{ensemble.Folder} names {twice.Count()} classes {twice.Key}, so its classes cannot be put into the order of {naming.Folder}. "
                    + "Give its id2label a name of its own for each class."
            );
        }

        var places = ensemble.Labels.Index().ToDictionary(label => label.Item, label => label.Index, StringComparer.Ordinal);
        return naming.Labels.FirstOrDefault(label => !places.ContainsKey(label)) is not { } missing
            ? [.. naming.Labels.Select(label => places[label])]
            : throw new AdapterException(
                $"{ensemble.Folder} does not know the class {missing} of {naming.Folder}; it knows {string.Join(", ", ensemble.Labels.Take(12))}. "
                    + "Only members that predict the same classes go together."
            );
    }
}

/// <summary>One source of an assembled ensemble.</summary>
/// <param name="Folder">Where it was read from.</param>
/// <param name="Members">How many members it gave.</param>
/// <param name="Method">The method of its manifest, or null where it has none.</param>
/// <param name="Reordered">Whether its classes were put into another order.</param>
public sealed record AssemblySource(string Folder, int Members, string? Method, bool Reordered);
