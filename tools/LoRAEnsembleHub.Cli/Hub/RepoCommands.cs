using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The verbs that make and delete repositories, branches and tags.</summary>
internal static class RepoCommands
{
    public static VerbGroup Group() =>
        VerbGroup.Of(
            "repo",
            "Make and delete repositories, branches and tags of a hub",
            new CreateRepoCommand(),
            new DeleteRepoCommand(),
            new TagCommand(),
            new BranchCommand()
        );
}

/// <summary>Makes a repository.</summary>
internal sealed class CreateRepoCommand : Verb
{
    private readonly RepoChoice repo;
    private readonly Option<bool> isPrivate = OptionKinds.Switch("--private", "Only its owners may read it");
    private readonly Option<bool> existOk = OptionKinds.Switch("--exist-ok", "One that exists already is as good");
    private readonly HubChoice hub;

    public CreateRepoCommand()
        : base("create", "Make a repository")
    {
        repo = new RepoChoice(Command);
        Command.Add(isPrivate);
        Command.Add(existOk);
        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var id = repo.Read(parsed).Repo;
        using var client = await hub.OpenAsync(parsed, session, false, null, cancellationToken).ConfigureAwait(false);
        var isNew = await client
            .CreateRepoAsync(id, parsed.GetValue(isPrivate), parsed.GetValue(existOk), cancellationToken)
            .ConfigureAwait(false);
        var address = $"{client.Options.Endpoint.AbsoluteUri.TrimEnd('/')}/{id}";
        return new MessageResult(isNew ? $"Made {address}." : $"{address} was there already.");
    }
}

/// <summary>Deletes a repository.</summary>
internal sealed class DeleteRepoCommand : Verb
{
    private readonly RepoChoice repo;
    private readonly Option<bool> yes = OptionKinds.Switch("--yes", "Delete without asking");
    private readonly HubChoice hub;

    public DeleteRepoCommand()
        : base("delete", "Delete a repository with all its states, for good")
    {
        repo = new RepoChoice(Command);
        yes.Aliases.Add("-y");
        Command.Add(yes);
        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var id = repo.Read(parsed).Repo;
        using var client = await hub.OpenAsync(parsed, session, false, null, cancellationToken).ConfigureAwait(false);
        if (!parsed.GetValue(yes))
        {
            Confirm(id, client.Options.Endpoint);
        }

        await client.DeleteRepoAsync(id, cancellationToken).ConfigureAwait(false);
        return new MessageResult($"{id} is deleted.");
    }

    private static void Confirm(RepoId id, Uri endpoint)
    {
        if (Console.IsInputRedirected)
        {
            throw CommandException.Usage(
                $"{id} would be deleted for good; without a terminal nobody can be asked.",
                "Give --yes to agree."
            );
        }

        Console.Error.Write($"Delete {id} with all its states from {endpoint}? Type its id to agree: ");
        if (Console.ReadLine()?.Trim() != id.FullName)
        {
            throw new CommandException("declined", "Nothing was deleted.", null);
        }
    }
}

/// <summary>Makes, deletes or lists tags.</summary>
internal sealed class TagCommand() : NameCommand("tag", "Make, delete or list tags")
{
    protected override Task<bool> MakeAsync(
        HubClient client,
        RepoId repo,
        Revision name,
        Revision? at,
        bool mayExist,
        CancellationToken cancellationToken
    ) => client.CreateTagAsync(repo, name, at, message: null, mayExist, cancellationToken);

    protected override Task DeleteAsync(HubClient client, RepoId repo, Revision name, CancellationToken cancellationToken) =>
        client.DeleteTagAsync(repo, name, cancellationToken);

    protected override IReadOnlyList<RepoRef> Of(RepoRefs refs) => refs.Tags;
}

/// <summary>Makes, deletes or lists branches.</summary>
internal sealed class BranchCommand() : NameCommand("branch", "Make, delete or list branches")
{
    protected override Task<bool> MakeAsync(
        HubClient client,
        RepoId repo,
        Revision name,
        Revision? at,
        bool mayExist,
        CancellationToken cancellationToken
    ) => client.CreateBranchAsync(repo, name, at, mayExist, cancellationToken);

    protected override Task DeleteAsync(HubClient client, RepoId repo, Revision name, CancellationToken cancellationToken) =>
        client.DeleteBranchAsync(repo, name, cancellationToken);

    protected override IReadOnlyList<RepoRef> Of(RepoRefs refs) => refs.Branches;
}
