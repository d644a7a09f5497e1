using System.Globalization;
using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Gives names that some system takes for the same file the same text: case and the form of Unicode do not count.</summary>
/// <remarks>
/// Not <see cref="string.Normalize()"/>: that does nothing where a program runs without culture data (InvariantGlobalization), as this project's own
/// does, and a check that guards files must not depend on that. Marks are put in one order within a letter, which equates a few names more than
/// Unicode does; being too strict is the safe side.
/// </remarks>
internal static class NameFolding
{
    private const string Table = "decompositions.txt";

    private const int FirstSyllable = 0xAC00;
    private const int LastSyllable = 0xD7A3;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeFirstTail = 0x11A7;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<Dictionary<int, Rune[]>> decompositions = new(Load);

    /// <returns>The text that all spellings of a name share; not for showing.</returns>
    public static string Fold(string name)
    {
        var upper = name.ToUpperInvariant();
        if (Ascii.IsValid(upper))
        {
            return upper;
        }

        var folded = new StringBuilder();
        var marks = new List<Rune>();
        foreach (var rune in upper.EnumerateRunes().SelectMany(Decompose))
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark)
            {
                marks.Add(rune);
                continue;
            }

            Flush(folded, marks);
            folded.Append(rune.ToString());
        }

        Flush(folded, marks);
        return folded.ToString();
    }

    private static void Flush(StringBuilder folded, List<Rune> marks)
    {
        marks.Sort();
        marks.ForEach(mark => folded.Append(mark.ToString()));
        marks.Clear();
    }

    // What a letter decomposes to may have a small letter in it, as the sign for Kelvin and its like show.
    private static IEnumerable<Rune> Decompose(Rune rune)
    {
        if (rune.Value is >= FirstSyllable and <= LastSyllable)
        {
            var index = rune.Value - FirstSyllable;
            var (rest, tail) = Math.DivRem(index, Tails);
            var (lead, vowel) = Math.DivRem(rest, Vowels);
            Rune[] parts = [new(FirstLead + lead), new(FirstVowel + vowel), new(BeforeFirstTail + tail)];
            return tail == 0 ? parts[..2] : parts;
        }

        return decompositions.Value.TryGetValue(rune.Value, out var found) ? found.Select(Rune.ToUpperInvariant) : [rune];
    }

    private static Dictionary<int, Rune[]> Load()
    {
        using var stream =
            typeof(NameFolding).Assembly.GetManifestResourceStream(Table)
            ?? throw new InvalidOperationException($"The library lacks its table {Table}; it was built wrongly.");
        using var reader = new StreamReader(stream);
        var table = new Dictionary<int, Rune[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                int[] points = [.. line.Split(' ').Select(hex => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
                table.Add(points[0], [.. points.Skip(1).Select(point => new Rune(point))]);
            }
        }

        return table;
    }
}
