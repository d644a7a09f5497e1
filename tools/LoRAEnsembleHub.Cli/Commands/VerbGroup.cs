using System.CommandLine;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>A word before verbs that belong together, such as <c>cache</c> before <c>ls</c> and <c>rm</c>.</summary>
/// <param name="Command">The word, with the verbs below it.</param>
/// <param name="Verbs">The verbs.</param>
internal sealed record VerbGroup(Command Command, IReadOnlyList<Verb> Verbs)
{
    public static VerbGroup Of(string name, string description, params Verb[] verbs)
    {
        var command = new Command(name, description);
        foreach (var verb in verbs)
        {
            command.Add(verb.Command);
        }

        return new VerbGroup(command, verbs);
    }
}
