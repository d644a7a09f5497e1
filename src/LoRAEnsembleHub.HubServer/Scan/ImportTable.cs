namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Rates Python names by the table <c>imports.txt</c>.</summary>
/// <remarks>
/// Harmless is only what the table lists name by name. A module listed with all its names beats nothing but itself: the exact name counts
/// first, then the module, then the nearest listed package above it. What no line speaks of is suspicious.
/// </remarks>
internal static class ImportTable
{
    private const string AllNames = "*";
    private const string WithSubmodules = ".*";

    private static readonly Lazy<Dictionary<(string Module, string Name), ImportRating>> table = new(Load);

    /// <summary>Rates one import.</summary>
    /// <param name="module">The module as in the file.</param>
    /// <param name="name">The name in it; since protocol 4 it may have dots and reach through other modules.</param>
    public static ImportRating Rate(string module, string name)
    {
        if (Listed(module, name) is { } rating)
        {
            return rating;
        }

        // "torch" and "serialization.os.system" reach os.system through modules that torch imports itself.
        var parts = name.Split('.');
        return
            parts.Length > 1
            && (parts.Any(IsDangerousWord) || Listed(string.Join('.', [module, .. parts[..^1]]), parts[^1]) == ImportRating.Dangerous)
            ? ImportRating.Dangerous
            : ImportRating.Suspicious;
    }

    /// <returns>Whether the table lists this very import as dangerous.</returns>
    public static bool IsDangerous(string module, string name) => Listed(module, name) == ImportRating.Dangerous;

    private static bool IsDangerousWord(string word) =>
        IsDangerous(word, AllNames)
        || IsDangerous("builtins", word)
        || word is "system" or "popen" or "__globals__" or "__builtins__" or "__subclasses__" or "__dict__";

    private static ImportRating? Listed(string module, string name)
    {
        if (table.Value.TryGetValue((module, name), out var exact))
        {
            return exact;
        }

        if (table.Value.TryGetValue((module, AllNames), out var whole))
        {
            return whole;
        }

        for (var package = module; package.Length > 0; package = Above(package))
        {
            if (table.Value.TryGetValue((package + WithSubmodules, AllNames), out var below))
            {
                return below;
            }
        }

        return null;
    }

    private static string Above(string package) => package.LastIndexOf('.') is > 0 and var dot ? package[..dot] : "";

    private static Dictionary<(string Module, string Name), ImportRating> Load()
    {
        var ratings = new Dictionary<(string, string), ImportRating>();
        using var stream =
            typeof(ImportTable).Assembly.GetManifestResourceStream("imports.txt")
            ?? throw new InvalidOperationException("The table imports.txt is not part of this assembly; this is a fault of the build.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            var rating = Enum.Parse<ImportRating>(words[0], ignoreCase: true);
            foreach (var name in words[2..])
            {
                ratings.Add((words[1], name), rating);
            }
        }

        return ratings;
    }
}
