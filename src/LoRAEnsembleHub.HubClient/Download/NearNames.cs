namespace LoRAEnsembleHub.Hub;

/// <summary>Finds names like one that was asked for in vain.</summary>
internal static class NearNames
{
    private const int Shown = 3;

    // Beyond these the search would take longer than its answer is worth.
    private const int Searched = 10_000;
    private const int LongestName = 256;

    /// <returns>The nearest names, nearest first: the same file in another folder, then those a few letters off.</returns>
    public static IReadOnlyList<string> Find(string wanted, IEnumerable<string> names) =>
        [
            .. names
                .Take(Searched)
                .Where(name => name.Length <= LongestName && wanted.Length <= LongestName)
                .Select(name => (Name: name, Steps: Steps(wanted, name)))
                .Where(near => near.Steps <= Math.Max(2, wanted.Length / 4))
                .OrderBy(near => near.Steps)
                .ThenBy(near => near.Name, StringComparer.Ordinal)
                .Take(Shown)
                .Select(near => near.Name),
        ];

    private static int Steps(string wanted, string name) =>
        Last(wanted).Equals(Last(name), StringComparison.OrdinalIgnoreCase) ? 1 : EditDistance(wanted, name);

    private static string Last(string path) => path[(path.LastIndexOf('/') + 1)..];

    // Levenshtein 1966; letters of either case count as equal here.
    private static int EditDistance(string wanted, string name)
    {
        var (one, other) = (wanted.ToUpperInvariant(), name.ToUpperInvariant());
        var above = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var row = new int[above.Length];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var changed = above[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                row[j] = Math.Min(changed, 1 + Math.Min(above[j], row[j - 1]));
            }

            above = row;
        }

        return above[^1];
    }
}
