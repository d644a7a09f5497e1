using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The tensors of an adapter file, sorted by what they belong to; either spelling of a site, or both when they agree.</summary>
internal sealed class PeftNames
{
    private readonly Dictionary<string, (TensorView? Down, TensorView? Up)> factors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorView> head = new(StringComparer.Ordinal);
    private readonly string prefix;
    private bool hasOldNames;
    private bool hasNewNames;

    private PeftNames(string prefix) => this.prefix = prefix;

    /// <summary>By canonical site name.</summary>
    public IReadOnlyDictionary<string, (TensorView? Down, TensorView? Up)> Factors => factors;

    /// <summary>The paths of a site under the names that the file uses, old, new or both; all of them when it has no updates.</summary>
    public IReadOnlyCollection<string> Spellings(AdapterSite site) =>
        hasOldNames == hasNewNames ? AllSpellings(site, prefix)
        : hasOldNames ? [prefix + site.Name, site.Name]
        : [prefix + site.NewName, site.NewName];

    /// <summary>Every way in which a module path may be spelled: either version of transformers, with or without prefix.</summary>
    public static string[] AllSpellings(AdapterSite site, string prefix) =>
        [prefix + site.Name, prefix + site.NewName, site.Name, site.NewName];

    /// <summary>Sorts every tensor of a file.</summary>
    /// <exception cref="AdapterException">A tensor belongs to nothing, a factor lacks its partner, or the two spellings of one differ.</exception>
    public static PeftNames Sort(SafetensorsFile file, AdapterCatalogue catalogue, string place)
    {
        var sites = catalogue
            .Sites.SelectMany(site => AllSpellings(site, catalogue.Prefix).Distinct().Select(name => (name, site)))
            .ToDictionary(entry => entry.name, entry => entry.site, StringComparer.Ordinal);
        var heads = catalogue
            .Heads.SelectMany(layout => layout.Parameters)
            .Select(parameter => parameter.Name)
            .ToHashSet(StringComparer.Ordinal);
        var names = new PeftNames(catalogue.Prefix);
        foreach (var view in file.Tensors)
        {
            if (TensorReader.FloatingType(view.Dtype) is null)
            {
                throw new AdapterException(
                    $"{place}: {view.Name} is {view.Dtype.Name}; tensors of an adapter must be F64, F32, F16 or BF16."
                );
            }

            names.Add(view, PeftMember.WithoutRoot(view.Name, place), sites, heads, place);
        }

        foreach (var (site, (down, up)) in names.factors)
        {
            if (down is null || up is null)
            {
                throw new AdapterException(
                    $"{place}: {site} has a lora_{(down is null ? 'B' : 'A')} without its lora_{(down is null ? 'A' : 'B')}."
                );
            }
        }

        return names;
    }

    /// <summary>The tensors of the head that modules_to_save promises; empty when it promises none.</summary>
    /// <exception cref="AdapterException">A promised tensor is missing, or the shapes do not belong together.</exception>
    public IReadOnlyDictionary<string, TensorView> HeadFor(IReadOnlyList<string> modulesToSave, AdapterCatalogue catalogue, string place)
    {
        bool Saved(string module) => modulesToSave.Any(entry => module.EndsWith(entry, StringComparison.Ordinal));
        if (catalogue.FrozenModules.Select(module => catalogue.Prefix + module).FirstOrDefault(Saved) is { } frozen)
        {
            throw new AdapterException(
                $"{place}: modules_to_save names {string.Join(", ", modulesToSave)}, so the adapter replaces {frozen}; only heads can be replaced here."
            );
        }

        string[] saved = [.. catalogue.Heads.SelectMany(layout => layout.Modules).Where(Saved)];
        var stray = head.Keys.FirstOrDefault(name => !saved.Any(module => name.StartsWith(module + ".", StringComparison.Ordinal)));
        if (stray is not null)
        {
            throw new AdapterException(
                Saved(stray[..stray.LastIndexOf('.')])
                    ? $"{place}: modules_to_save names {string.Join(", ", modulesToSave)}, so {stray} replaces a part of a head; only whole heads can be replaced here."
                    : $"{place}: the file has {stray}, but modules_to_save does not name its module; PEFT would ignore it."
            );
        }

        var layouts = catalogue.Heads.Where(layout => layout.Modules.All(Saved)).ToArray();
        if (layouts.Length == 0)
        {
            return head;
        }

        var layout =
            layouts.FirstOrDefault(candidate => candidate.Parameters.Select(p => p.Name).ToHashSet().SetEquals(head.Keys))
            ?? throw new AdapterException(
                $"{place}: modules_to_save names {string.Join(", ", modulesToSave)}, but the file has "
                    + (head.Count == 0 ? "no such tensors" : $"only {string.Join(", ", head.Keys)}")
                    + $"; needed are {string.Join(", or ", layouts.Select(l => string.Join(", ", l.Parameters.Select(p => p.Name))))}."
            );
        CheckHead(layout, place);
        return head;
    }

    private void CheckHead(HeadLayout layout, string place)
    {
        long? classes = null;
        foreach (var parameter in layout.Parameters)
        {
            var shape = head[parameter.Name].Shape;
            var fits = shape.Count == parameter.Shape.Count;
            for (var axis = 0; fits && axis < shape.Count; axis++)
            {
                var needed = parameter.Shape[axis] >= 0 ? parameter.Shape[axis] : classes ??= shape[axis];
                fits = shape[axis] == needed && needed > 0;
            }

            if (!fits)
            {
                var needed = parameter.Shape.Select(size =>
                    size >= 0 ? $"{size}"
                    : classes is null ? "classes"
                    : $"{classes} classes"
                );
                throw new AdapterException(
                    $"{place}: {parameter.Name} is [{string.Join(", ", shape)}]; needed is [{string.Join(", ", needed)}]."
                );
            }
        }
    }

    private void Add(TensorView view, string name, Dictionary<string, AdapterSite> sites, HashSet<string> heads, string place)
    {
        const string downEnding = ".lora_A.weight";
        const string upEnding = ".lora_B.weight";
        var isDown = name.EndsWith(downEnding, StringComparison.Ordinal);
        if (isDown || name.EndsWith(upEnding, StringComparison.Ordinal))
        {
            var module = name[..^downEnding.Length];
            if (!sites.TryGetValue(module, out var site))
            {
                throw new AdapterException($"{place}: {view.Name} belongs to no module of the base that can be adapted.");
            }

            hasOldNames |= module.EndsWith(site.Name, StringComparison.Ordinal);
            hasNewNames |= module.EndsWith(site.NewName, StringComparison.Ordinal);
            var (down, up) = factors.GetValueOrDefault(site.Name);
            RefuseUnlessEqual(isDown ? down : up, view, place);
            factors[site.Name] = isDown ? (view, up) : (down, view);
        }
        else if (heads.Contains(name))
        {
            head.Add(name, view);
        }
        else
        {
            throw new AdapterException(
                $"{place}: {view.Name} is neither a LoRA factor (….lora_A.weight, ….lora_B.weight) nor part of a head of the base; nothing here computes with it."
            );
        }
    }

    private static void RefuseUnlessEqual(TensorView? first, TensorView second, string place)
    {
        if (first is null)
        {
            return;
        }

        if (first.Dtype != second.Dtype || !first.Shape.SequenceEqual(second.Shape) || !first.Bytes.SequenceEqual(second.Bytes))
        {
            throw new AdapterException(
                $"{place}: {first.Name} and {second.Name} are two spellings of one tensor but hold different numbers; only one of them can be right."
            );
        }
    }
}
