using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Adapters;

/// <summary>Regular expressions as PEFT configs hold them: in Python's syntax, from files that are not trusted.</summary>
internal static class PythonRegex
{
    /// <summary>Module paths are short; a match that takes longer is an expression made to backtrack without end.</summary>
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(1);

    /// <summary>Compiles an expression; only named groups are spelled differently here.</summary>
    /// <param name="expression">Python's syntax.</param>
    /// <param name="template">Where the expression goes, as <c>{0}</c>.</param>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static Regex Compile(string expression, string template)
    {
        // by itself first: the template must not complete what is broken
        _ = new Regex(Translated(expression), RegexOptions.CultureInvariant, limit);
        return new Regex(template.Replace("{0}", Translated(expression), StringComparison.Ordinal), RegexOptions.CultureInvariant, limit);
    }

    private static string Translated(string expression) =>
        Regex.Replace(
            expression.Replace("(?P<", "(?<", StringComparison.Ordinal),
            @"\(\?P=(\w+)\)",
            @"\k<$1>",
            RegexOptions.CultureInvariant,
            limit
        );
}
