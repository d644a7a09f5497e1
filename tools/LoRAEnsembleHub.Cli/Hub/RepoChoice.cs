using System.CommandLine;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The argument and option that name a repository.</summary>
internal sealed class RepoChoice
{
    private readonly Argument<string> id;
    private readonly KindChoice kind;

    public RepoChoice(Command command)
    {
        id = new Argument<string>("REPO_ID") { Description = "namespace/name, datasets/namespace/name, or hf://namespace/name@revision" };
        command.Add(id);
        kind = new KindChoice(command);
    }

    public RepoAddress Read(ParseResult parsed) => RepoAddress.Parse(parsed.GetValue(id)!, kind.Read(parsed));
}
