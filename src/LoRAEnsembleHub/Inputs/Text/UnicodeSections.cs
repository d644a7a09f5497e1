using System.Globalization;
using System.Text;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Reads unicode.txt: sections in brackets, of entries parted by white space, in hexadecimal.</summary>
internal static class UnicodeSections
{
    private const string Resource = "LoRAEnsembleHub.Inputs.Text.unicode.txt";

    /// <summary>The entries of each section.</summary>
    public static IReadOnlyDictionary<string, List<string>> Read()
    {
        using var stream = typeof(UnicodeSections).Assembly.GetManifestResourceStream(Resource)!;
        using var lines = new StreamReader(stream, Encoding.UTF8);
        var (sections, entries) = (new Dictionary<string, List<string>>(StringComparer.Ordinal), new List<string>());
        while (lines.ReadLine() is { } line)
        {
            if (line is ['[', .. var name, ']'])
            {
                sections.Add(name, entries = []);
            }
            else if (line is not ['#', ..])
            {
                entries.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return sections;
    }

    /// <summary>Takes <c>first-last/step:value</c> apart; all but the first may be missing.</summary>
    public static (int First, int Last, int Step, string Value) Entry(string entry)
    {
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        var (range, value) = colon < 0 ? (entry, "") : (entry[..colon], entry[(colon + 1)..]);
        var slash = range.IndexOf('/', StringComparison.Ordinal);
        var step = slash < 0 ? 1 : Number(range[(slash + 1)..]);
        var ends = (slash < 0 ? range : range[..slash]).Split('-');
        return (Number(ends[0]), Number(ends[^1]), step, value);
    }

    /// <summary>A hexadecimal number.</summary>
    public static int Number(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
