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

    /// <summary>The repository that adapters name as their base.</summary>
    /// <param name="folders">As for <see cref="Load"/>.</param>
    /// <returns>Its name where all adapters that name a repository name the same one, else null; ensembles with a manifest are not asked.</returns>
    /// <exception cref="AdapterException">A folder holds no adapters, or they are malformed.</exception>
    /// <exception cref="DirectoryNotFoundException">A folder is not there.</exception>
    public static string? NamedBase(IReadOnlyList<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var names = Named(folders.Select(EnsembleFolder.Open)).Select(source => source.Base).Where(IsRepository).Distinct().ToArray();
        return names is [var only] ? only : null;
    }

    /// <summary>Frees the members.</summary>
    public void Dispose() => Members.Dispose();

    /// <summary>Adapters without a manifest name their base by a repository or a folder; no hash tells more.</summary>
    private static void CheckBases(IReadOnlyList<string> folders, PretrainedModel model, bool allowBaseMismatch, List<string> warnings)
    {
        EnsembleFolder[] found = [.. folders.Select(EnsembleFolder.Open)];
        var named = Named(found);
        if (named.Count == 0)
        {
            return;
        }

        // manifests state hashes, which are compared when they are read; a path tells nothing on another machine
        var repositories = named.Where(source => IsRepository(source.Base)).DistinctBy(source => source.Base).ToArray();
        (string Folder, string Base)? other = repositories switch
        {
            [_, var second, ..] => second,
            [var only] => found
                .Where(source => source.Manifest?.BaseModel?.RepoId is { } id && id != only.Base && IsRepository(id))
                .Select(source => ((string, string)?)(source.FolderPath, source.Manifest!.BaseModel!.RepoId!))
                .FirstOrDefault(),
            _ => null,
        };
        if (other is { } conflict && !allowBaseMismatch)
        {
            var (folder, name) = repositories[0];
            throw new AdapterException(
                $"{conflict.Folder} was trained on {conflict.Base}, {folder} on {name}; members of an ensemble share one base. "
                    + "If both names mean the same weights, allow the mismatch."
            );
        }

        if (named.Any(source => source.Base != model.Identity.RepoId))
        {
            warnings.Add(
                $"The adapters name {string.Join(" and ", named.Select(source => source.Base).Distinct())} as their base; that the base at hand is "
                    + "the same was not verified, because adapters do not state its hash."
            );
        }
    }

    /// <summary>What adapters without a manifest call their base.</summary>
    private static List<(string Folder, string Base)> Named(IEnumerable<EnsembleFolder> found)
    {
        var named = new List<(string Folder, string Base)>();
        foreach (var folder in found.Where(source => source.Manifest is null).SelectMany(source => source.MemberFolders))
        {
            if (AdapterSurvey.Read(folder).BaseModel?.TrimEnd('/') is { Length: > 0 } name)
            {
                named.Add((folder, name));
            }
        }

        return named;
    }

    /// <summary>Whether a name of a base is that of a repository, namespace/name, and not a path.</summary>
    private static bool IsRepository(string name) =>
        name.Split('/') is [{ Length: > 0 } owner, { Length: > 0 }]
        && owner[0] is not ('.' or '~')
        && !name.Contains('\\', StringComparison.Ordinal)
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
