namespace LoRAEnsembleHub.Data;

/// <summary>Finds the class names that a data set's folder states.</summary>
/// <remarks>
/// In this order: <c>classes.txt</c>, <c>labels.txt</c> (one name a line), and <c>class_names</c> in the front matter of
/// <c>README.md</c>.
/// </remarks>
internal static class ClassNameFiles
{
    private static readonly string[] Lists = ["classes.txt", "labels.txt"];

    /// <summary>Reads the names.</summary>
    /// <returns>The names in label order, or null if the folder states none.</returns>
    /// <exception cref="DataSetException">A file states names that are empty or not distinct.</exception>
    internal static IReadOnlyList<string>? Find(string folder)
    {
        foreach (var file in Lists.Select(list => Path.Combine(folder, list)).Where(File.Exists))
        {
            return ReadList(file);
        }

        var card = Path.Combine(folder, "README.md");
        return File.Exists(card) && FrontMatter.ReadList(File.ReadAllText(card), "class_names") is { } names ? Checked(names, card) : null;
    }

    /// <summary>Reads a file of one name a line.</summary>
    /// <exception cref="DataSetException">Names are empty or not distinct.</exception>
    internal static IReadOnlyList<string> ReadList(string file)
    {
        var lines = File.ReadAllText(file).ReplaceLineEndings("\n").TrimEnd().Split('\n');
        return Checked([.. lines.Select(line => line.Trim())], file);
    }

    /// <summary>Returns the names if each is there and no two are the same.</summary>
    /// <exception cref="DataSetException">They are not.</exception>
    internal static IReadOnlyList<string> Checked(IReadOnlyList<string> names, string where)
    {
        if (names.Count == 0)
        {
            throw DataSetException.Malformed($"{where}: the list of class names is empty. Name every class, or remove the list.");
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var label = 0; label < names.Count; label++)
        {
            if (string.IsNullOrWhiteSpace(names[label]))
            {
                throw DataSetException.Malformed($"{where}: the name of class {label} is empty. Every class needs a name.");
            }

            if (!seen.TryAdd(names[label], label))
            {
                throw DataSetException.Malformed(
                    $"{where}: classes {seen[names[label]]} and {label} are both called '{names[label]}'. Names must differ."
                );
            }
        }

        return names;
    }
}
