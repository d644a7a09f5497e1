using System.Text;

namespace LoRAEnsembleHub.Data;

/// <summary>Reads one list from the YAML at the head of a data card.</summary>
/// <remarks>
/// Only what cards use for lists of names: <c>key: [a, "b, c"]</c>, over several lines if need be, or <c>- a</c> line by line below the
/// key. Both kinds of quotes and comments are understood; other keys are skipped.
/// </remarks>
internal static class FrontMatter
{
    /// <summary>Reads the list under a top-level key.</summary>
    /// <param name="text">The whole card.</param>
    /// <param name="key">The key.</param>
    /// <returns>The items, or null if there is no front matter or no such key with a list.</returns>
    internal static IReadOnlyList<string>? ReadList(string text, string key)
    {
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var end = lines[0].TrimEnd() == "---" ? Array.FindIndex(lines, 1, line => line.TrimEnd() == "---") : -1;
        var start = end < 0 ? -1 : Array.FindIndex(lines, 1, end - 1, line => line.StartsWith(key + ":", StringComparison.Ordinal));
        if (start < 0)
        {
            return null;
        }

        var first = WithoutComment(lines[start][(key.Length + 1)..]).Trim();
        if (first.StartsWith('['))
        {
            var rest = lines[(start + 1)..end].Select(WithoutComment);
            return ReadInline(string.Join(' ', rest.Prepend(first)));
        }

        return first.Length > 0 ? null : ReadDashes(lines[(start + 1)..end]);
    }

    private static List<string>? ReadDashes(IEnumerable<string> lines)
    {
        var items = lines
            .Select(line => WithoutComment(line).Trim())
            .Where(line => line.Length > 0)
            .TakeWhile(line => line == "-" || line.StartsWith("- ", StringComparison.Ordinal))
            .Select(line => Unquoted(line[1..].Trim()))
            .ToList();
        return items.Count > 0 ? items : null;
    }

    private static List<string>? ReadInline(string text)
    {
        var items = new List<string>();
        var item = new StringBuilder();
        var quote = '\0';
        for (var at = 1; at < text.Length; at++)
        {
            var letter = text[at];
            if (quote == '\0' && letter is (',' or ']'))
            {
                var value = item.ToString().Trim();
                item.Clear();
                if (value.Length > 0 || letter == ',')
                {
                    items.Add(Unquoted(value));
                }

                if (letter == ']')
                {
                    return items;
                }

                continue;
            }

            quote = NextQuote(quote, letter, startsItem: item.ToString().Trim().Length == 0);
            item.Append(letter);
            if (quote == '"' && letter == '\\' && at + 1 < text.Length)
            {
                item.Append(text[++at]);
            }
        }

        return null; // No closing bracket: not a list.
    }

    private static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var at = 0; at < line.Length; at++)
        {
            if (quote == '\0' && line[at] == '#' && (at == 0 || char.IsWhiteSpace(line[at - 1])))
            {
                return line[..at];
            }

            quote = NextQuote(quote, line[at], startsItem: at == 0 || line[at - 1] is ' ' or '[' or ',');
        }

        return line;
    }

    // A quote opens only where an item starts: the apostrophe of "don't" is a letter.
    private static char NextQuote(char quote, char letter, bool startsItem) =>
        quote == letter ? '\0'
        : quote == '\0' && startsItem && letter is ('"' or '\'') ? letter
        : quote;

    private static string Unquoted(string item) =>
        item switch
        {
            ['"', .. var inner, '"'] => inner
                .Replace("\\\\", "\0", StringComparison.Ordinal) // Set aside, so that its half does not escape what follows.
                .Replace("\\\"", "\"", StringComparison.Ordinal)
                .Replace("\0", "\\", StringComparison.Ordinal),
            ['\'', .. var inner, '\''] => inner.Replace("''", "'", StringComparison.Ordinal),
            _ => item,
        };
}
