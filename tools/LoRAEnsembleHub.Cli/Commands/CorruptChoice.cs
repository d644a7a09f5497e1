using System.CommandLine;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The option that says how examples are made worse.</summary>
internal sealed class CorruptChoice
{
    private const string Every = "all";

    private readonly Option<string[]> corrupt = new("--corrupt")
    {
        Description =
            "Measure also on the examples made worse: noise, blur, contrast, rotation, pixelate, jpeg (of sounds noise), or all; "
            + "at one severity of 1 to 5, or at each (may be given several times)",
        HelpName = "NAME[:SEVERITY]",
    };

    /// <summary>Adds the option to a verb.</summary>
    public CorruptChoice(Command command) => command.Add(corrupt);

    /// <summary>Whether anything is asked for.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(corrupt) is { Length: > 0 };

    /// <summary>What is asked for, each once, by kind and severity; none without the option.</summary>
    /// <exception cref="CommandException">A word is not known, or the inputs cannot be made worse in that way.</exception>
    public IReadOnlyList<Corruption> Read(ParseResult parsed, InputPipeline pipeline) =>
        [
            .. (parsed.GetValue(corrupt) ?? [])
                .SelectMany(word => Corruptions(word, pipeline))
                .Distinct()
                .OrderBy(corruption => corruption.Kind)
                .ThenBy(corruption => corruption.Severity),
        ];

    private static IEnumerable<Corruption> Corruptions(string text, InputPipeline pipeline)
    {
        var known = pipeline.Corruptions;
        if (known.Count == 0)
        {
            throw CommandException.Usage($"--corrupt is for pictures and sounds; the model takes {pipeline.Many}. Leave it out.");
        }

        var parts = text.Split(':', 2);
        string[] words = parts[0] == Every ? [.. known.Select(Corruption.WordOf)] : [parts[0]];
        var severity = text[parts[0].Length..];
        var corruptions = words.Select(word => Corruption.Read(word + severity, known)).ToArray();
        return corruptions.All(read => read is not null)
            ? corruptions.SelectMany(read => read!)
            : throw CommandException.Usage(
                severity.LastIndexOf(':') > 0 || Corruption.Read(words[0], known) is null
                    ? $"--corrupt is {text}; known for {pipeline.Many} are {string.Join(", ", known.Select(Corruption.WordOf))} and {Every}, "
                        + "and after a colon a severity, such as noise:3."
                    : $"--corrupt is {text}; the severity must be 1 to {Corruption.Severities}."
            );
    }
}
