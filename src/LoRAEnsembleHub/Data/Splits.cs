namespace LoRAEnsembleHub.Data;

/// <summary>The names that data sets give to their parts.</summary>
internal static class Splits
{
    /// <summary>The name of a data set that is not divided.</summary>
    internal const string Whole = "all";

    private static readonly string[][] Known =
    [
        ["train", "training"],
        ["test", "t10k"],
        ["validation", "val", "valid", "dev"],
    ];

    /// <summary>One spelling for each split: <c>t10k</c> is <c>test</c>, <c>val</c> and <c>dev</c> are <c>validation</c>; other names stay.</summary>
    internal static string Canonical(string split) =>
        Known.FirstOrDefault(names => names.Contains(split, StringComparer.OrdinalIgnoreCase))?[0] ?? split;

    /// <summary>Whether a name is one of the usual ones.</summary>
    internal static bool IsKnown(string split) => Known.Any(names => names.Contains(split, StringComparer.OrdinalIgnoreCase));

    /// <summary>The spellings of a split, the asked one's canonical name first.</summary>
    internal static IReadOnlyList<string> Spellings(string split) =>
        Known.FirstOrDefault(names => names.Contains(split, StringComparer.OrdinalIgnoreCase)) ?? [split];

    /// <summary>All usual names in all spellings.</summary>
    internal static IEnumerable<string> AllSpellings => Known.SelectMany(names => names);

    /// <summary>Picks the one part that goes by the name asked for.</summary>
    /// <param name="where">The data set, for the message.</param>
    /// <param name="asked">The name asked for, in any spelling.</param>
    /// <param name="found">The names in the data set.</param>
    /// <returns>The name as the data set spells it.</returns>
    /// <exception cref="DataSetException">No part has this name, or two do.</exception>
    internal static string Pick(string where, string asked, IEnumerable<string> found)
    {
        var names = found.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var matches = names.Where(name => Canonical(name) == Canonical(asked)).ToArray();
        return matches switch
        {
            [var one] => one,
            [] => throw DataSetException.NotFound(
                $"{where}: there is no split '{asked}'. Found: {string.Join(", ", names)}. Ask for one of these."
            ),
            _ => throw DataSetException.Unfit(
                $"{where}: {string.Join(" and ", matches)} are both the split '{asked}'. Remove or rename one of them."
            ),
        };
    }
}
