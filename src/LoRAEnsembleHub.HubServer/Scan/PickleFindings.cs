using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Gathers what the pickles of one file import.</summary>
internal sealed class PickleFindings
{
    private readonly Dictionary<(string Module, string Name), PickleImport> imports = [];
    private long characters;

    /// <summary>All different imports so far, in the order of their names.</summary>
    public IReadOnlyList<PickleImport> Imports =>
        [.. imports.Values.OrderBy(import => import.Module, StringComparer.Ordinal).ThenBy(import => import.Name, StringComparer.Ordinal)];

    /// <summary>Whether anything is imported.</summary>
    public bool Any => imports.Count > 0;

    /// <summary>Whether a limit is reached, so that the rest cannot be followed.</summary>
    public bool IsFull => imports.Count >= ScanLimits.Imports || characters >= ScanLimits.TextCharacters;

    /// <returns>The text, counted against the limit.</returns>
    public string? Kept(string? text)
    {
        characters += text?.Length ?? 0;
        return text;
    }

    /// <summary>Notes an import.</summary>
    /// <param name="module">The module; null if no text can be told.</param>
    /// <param name="name">The name; null if no text can be told.</param>
    public void Add(string? module, string? name)
    {
        // Python's own pickler always writes both as texts. Whoever computes them hides them.
        var rating = module is null || name is null ? ImportRating.Dangerous : ImportTable.Rate(module, name);
        Add(module ?? "(hidden)", name ?? "(hidden)", rating);
    }

    /// <summary>Notes that a number of the extension registry is used, which only the loading program can resolve.</summary>
    public void AddExtension(ulong code) =>
        Add("copyreg", string.Create(CultureInfo.InvariantCulture, $"(extension {code})"), ImportRating.Suspicious);

    /// <summary>Takes over what another search found.</summary>
    public void AddAll(PickleFindings others)
    {
        foreach (var import in others.imports.Values)
        {
            Add(import.Module, import.Name, import.Rating);
        }
    }

    /// <summary>Takes over what another search found, as far as it is dangerous.</summary>
    public void AddDangerous(PickleFindings others)
    {
        foreach (var import in others.imports.Values.Where(import => ImportTable.IsDangerous(import.Module, import.Name)))
        {
            Add(import.Module, import.Name, import.Rating);
        }
    }

    private void Add(string module, string name, ImportRating rating)
    {
        if (imports.Count < ScanLimits.Imports)
        {
            imports[(module, name)] = new(module, name, rating);
        }
    }
}
