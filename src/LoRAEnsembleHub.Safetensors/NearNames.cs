namespace LoRAEnsembleHub.Safetensors;

/// <summary>Finds names like one that was asked for in vain.</summary>
internal static class NearNames
{
    private const int Shown = 3;

    // Beyond this many names the search would take longer than its answer is worth.
    private const int Searched = 10_000;

    public static SafetensorsException NotFound(string wanted, string? file, IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var near = Find(wanted, names).Select(SafetensorsException.Quote).ToList();
        return new SafetensorsException(
            SafetensorsDefect.TensorNotFound,
            file,
            wanted,
            near.Count > 0
                ? $"not among the {names.Count} tensors. Names like it: {string.Join(", ", near)}."
                : $"not among the {names.Count} tensors, and no name is like it."
        );
    }

    /// <summary>The nearest names, the nearest first: those that contain the wanted one or are contained in it, then those a few letters off.</summary>
    public static IEnumerable<string> Find(string wanted, IEnumerable<string> names) =>
        names
            .Take(Searched)
            .Select(name => (Name: name, Distance: Distance(wanted, name)))
            .Where(near => near.Distance <= Math.Max(2, wanted.Length / 4))
            .OrderBy(near => near.Distance)
            .ThenBy(near => near.Name, StringComparer.Ordinal)
            .Take(Shown)
            .Select(near => near.Name);

    private static int Distance(string wanted, string name)
    {
        if (wanted.Length == 0 || name.Length == 0 || Math.Max(wanted.Length, name.Length) > 512)
        {
            return int.MaxValue;
        }

        // A prefix left out or added, as in "model.classifier.weight", is the commonest slip and counts as one step.
        var contained =
            name.EndsWith(wanted, StringComparison.OrdinalIgnoreCase) || wanted.EndsWith(name, StringComparison.OrdinalIgnoreCase);
        return contained ? 1 : EditDistance(wanted, name);
    }

    // Levenshtein 1966, two rows.
    private static int EditDistance(string first, string second)
    {
        var above = new int[second.Length + 1];
        var row = new int[second.Length + 1];
        for (var j = 0; j < above.Length; j++)
        {
            above[j] = j;
        }

        for (var i = 1; i <= first.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var replaced = above[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
            }

            (above, row) = (row, above);
        }

        return above[^1];
    }
}
