using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Makes, deletes or lists names of commits: branches and tags alike.</summary>
internal abstract class NameCommand : Verb
{
    private readonly RepoChoice repo;
    private readonly Argument<string?> name = new("NAME") { Description = "Its name; none: list all", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> revision = OptionKinds.Text("--revision", "REV", "What it stands for (default: main)");
    private readonly Option<bool> delete = OptionKinds.Switch("--delete", "Delete it");
    private readonly Option<bool> existOk = OptionKinds.Switch("--exist-ok", "One that exists already is as good");
    private readonly HubChoice hub;

    protected NameCommand(string verb, string description)
        : base(verb, description)
    {
        repo = new RepoChoice(Command);
        Command.Add(name);
        Option[] options = [revision, delete, existOk];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var id = repo.Read(parsed).Repo;
        var isDeletion = parsed.GetValue(delete);
        var wanted = parsed.GetValue(name) is { } text ? Revision.Parse(text) : null;
        var at = parsed.GetValue(revision) is { } start ? Revision.Parse(start) : null;
        if (wanted is null && (isDeletion || at is not null))
        {
            throw CommandException.Usage("NAME is missing.");
        }

        using var client = await hub.OpenAsync(parsed, session, false, null, cancellationToken).ConfigureAwait(false);
        if (wanted is null)
        {
            var refs = await client.ListRefsAsync(id, includePullRequests: false, cancellationToken).ConfigureAwait(false);
            return new NameListing([.. Of(refs).Select(one => new NameFact(one.Name, one.Commit.Hex))]);
        }

        if (isDeletion)
        {
            await DeleteAsync(client, id, wanted, cancellationToken).ConfigureAwait(false);
            return new MessageResult($"{Command.Name} {wanted} of {id} is deleted.");
        }

        var isNew = await MakeAsync(client, id, wanted, at, parsed.GetValue(existOk), cancellationToken).ConfigureAwait(false);
        return new MessageResult(
            isNew ? $"Made the {Command.Name} {wanted} of {id}." : $"The {Command.Name} {wanted} of {id} was there already."
        );
    }

    protected abstract Task<bool> MakeAsync(
        HubClient client,
        RepoId repo,
        Revision name,
        Revision? at,
        bool mayExist,
        CancellationToken cancellationToken
    );

    protected abstract Task DeleteAsync(HubClient client, RepoId repo, Revision name, CancellationToken cancellationToken);

    protected abstract IReadOnlyList<RepoRef> Of(RepoRefs refs);
}

/// <summary>The branches or tags of a repository.</summary>
internal sealed record NameListing(IReadOnlyList<NameFact> Names) : ICommandResult
{
    public IEnumerable<Block> ToBlocks() =>
        Names.Count == 0
            ? [new Paragraph("There are none.")]
            :
            [
                new Grid(
                    null,
                    [new Column("name"), new Column("commit")],
                    [.. Names.Select(one => (IReadOnlyList<string>)[one.Name, one.Commit])]
                ),
            ];

    public IEnumerable<string> ToQuietLines() => Names.Select(one => one.Name);
}

/// <summary>A branch or tag and what it stands for.</summary>
internal sealed record NameFact(string Name, string Commit);
