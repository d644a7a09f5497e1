using System.CommandLine;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The options that choose files by shell patterns.</summary>
internal sealed class PatternChoice
{
    private readonly Option<string[]> include = Patterns("--include", "Only files that fit; * also crosses /; may be repeated");
    private readonly Option<string[]> exclude = Patterns("--exclude", "No files that fit; may be repeated");

    public PatternChoice(Command command)
    {
        command.Add(include);
        command.Add(exclude);
    }

    public bool IsGiven(ParseResult parsed) => Values(parsed, include) is not null || Values(parsed, exclude) is not null;

    /// <summary>The patterns that were given.</summary>
    /// <param name="parsed">The values.</param>
    /// <param name="excluded">Patterns that are left out besides.</param>
    public FilePatterns Read(ParseResult parsed, params string[] excluded) =>
        new(Values(parsed, include), [.. Values(parsed, exclude) ?? [], .. excluded]);

    /// <summary>An option that takes one pattern each time it is given.</summary>
    public static Option<string[]> Patterns(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "PATTERN",
            AllowMultipleArgumentsPerToken = false,
        };

    private static string[]? Values(ParseResult parsed, Option<string[]> option) =>
        parsed.GetValue(option) is { Length: > 0 } values ? values : null;
}
