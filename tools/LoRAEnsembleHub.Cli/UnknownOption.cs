using System.CommandLine;
using System.CommandLine.Parsing;

namespace LoRAEnsembleHub.Cli;

/// <summary>Finds a mistyped option that the parser would take for a file or a name.</summary>
/// <remarks>
/// The parser gives a word that is no option to the next argument: <c>push ID FOLDER --privat</c> would push to a folder <c>--privat</c>, for all
/// to see. What really begins with a dash is written after <c>--</c>, or as <c>./-name</c>.
/// </remarks>
internal static class UnknownOption
{
    /// <param name="parsed">The command line, without errors.</param>
    /// <param name="arguments">Its words.</param>
    /// <returns>The word; null if there is none.</returns>
    public static string? In(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        // What stands after -- is meant as it is written.
        var meant = arguments.SkipWhile(word => word != "--").ToHashSet(StringComparer.Ordinal);
        return parsed
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(word => word.Length > 1 && word[0] == '-' && !meant.Contains(word));
    }
}
