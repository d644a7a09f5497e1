using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The option that says what a repository holds.</summary>
internal sealed class KindChoice
{
    private static readonly string[] words = [.. Enum.GetNames<RepoType>().Select(name => name.ToLowerInvariant())];

    private readonly Option<string?> kind = OptionKinds.OneOf("--repo-type", "What the repository holds (default: model)", words);

    public KindChoice(Command command)
    {
        kind.Aliases.Add("--type");
        command.Add(kind);
    }

    /// <summary>The kind, or null where none is given.</summary>
    public RepoType? Read(ParseResult parsed) => parsed.GetValue(kind) is { } word ? Enum.Parse<RepoType>(word, ignoreCase: true) : null;
}
