using System.Text;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>One pattern of <c>.gitattributes</c> or <c>.gitignore</c>.</summary>
/// <remarks>
/// gitignore(5): a pattern with a <c>/</c> before its end counts from the root, one without fits a name in any folder; <c>*</c> and <c>?</c> stop
/// at <c>/</c>; <c>**</c> as a whole part is any number of folders. Matching never backtracks, so no pattern can take long.
/// </remarks>
internal sealed class GitPattern
{
    private const int LongestPattern = 1_000;

    private readonly Regex? regex;

    public GitPattern(string text)
    {
        FoldersOnly = text.EndsWith('/');
        var pattern = text.TrimEnd('/');
        var anchored = pattern.Contains('/', StringComparison.Ordinal);
        pattern = pattern.TrimStart('/');
        regex = pattern.Length is 0 or > LongestPattern ? null : Compile("^" + (anchored ? "" : "(?:.*/)?") + Translate(pattern) + "$");
    }

    /// <summary>Whether it was written with a <c>/</c> at its end.</summary>
    public bool FoldersOnly { get; }

    /// <summary>Whether a whole path fits.</summary>
    public bool Fits(string path) => regex?.IsMatch(path) == true;

    // A set whose ends are the wrong way round fits nothing.
    private static Regex? Compile(string expression)
    {
        try
        {
            return new(expression, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException)
        {
            return null;
        }
    }

    private static string Translate(string pattern)
    {
        var result = new StringBuilder();
        for (var at = 0; at < pattern.Length; at++)
        {
            var rest = pattern.AsSpan(at);
            if (rest.StartsWith("**/") && (at == 0 || pattern[at - 1] == '/'))
            {
                result.Append("(?:.*/)?");
                at += 2;
            }
            else if (rest is "**" && at > 0 && pattern[at - 1] == '/')
            {
                result.Append(".+");
                at++;
            }
            else if (rest[0] == '[' && SetEnd(pattern, at) is var end and > 0)
            {
                result.Append(Set(pattern[(at + 1)..end]));
                at = end;
            }
            else if (rest[0] == '\\' && rest.Length > 1)
            {
                result.Append(Regex.Escape(pattern[++at].ToString()));
            }
            else
            {
                result.Append(
                    rest[0] switch
                    {
                        '*' => "[^/]*",
                        '?' => "[^/]",
                        var letter => Regex.Escape(letter.ToString()),
                    }
                );
            }
        }

        return result.ToString();
    }

    // A ']' right after the opening, or after its '!', belongs to the set.
    private static int SetEnd(string pattern, int open)
    {
        var first = open + 1;
        if (first < pattern.Length && pattern[first] is '!' or '^')
        {
            first++;
        }

        return first + 1 < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
    }

    private static string Set(string inside)
    {
        var negated = inside[0] is '!' or '^';
        var result = new StringBuilder(negated ? "[^/" : "[");
        foreach (var letter in negated ? inside[1..] : inside)
        {
            result.Append(letter == '-' ? "-" : Escaped(letter));
        }

        return result.Append(']').ToString();
    }

    private static string Escaped(char letter) => letter is '\\' or ']' or '[' or '^' ? "\\" + letter : letter.ToString();
}
