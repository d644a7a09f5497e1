using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Lists the repositories of a hub, or what one of them holds; of ensembles base, rank, members and metrics.</summary>
internal sealed class ListCommand : Verb
{
    private const int DefaultLimit = 50;

    private readonly Argument<string?> id = new("REPO_ID")
    {
        Description = "One repository; none: all that the options choose",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly KindChoice kind;
    private readonly Option<string?> revision = OptionKinds.Text("--revision", "REV", "State of REPO_ID (default: main)");
    private readonly Option<string?> search = OptionKinds.Text("--search", "TEXT", "Only ids that contain this");
    private readonly Option<string?> author = OptionKinds.Text("--author", "NAME", "Only repositories of this owner");
    private readonly Option<string?> baseModel = OptionKinds.Text("--base", "REPO_ID", "Only adapters and ensembles on this base");
    private readonly Option<string[]> filter = new("--filter")
    {
        Description = "Only with this tag; may be repeated",
        HelpName = "TAG",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<string?> sort = OptionKinds.OneOf(
        "--sort",
        "Order (default: the hub's)",
        "lastModified",
        "createdAt",
        "downloads",
        "likes",
        "trendingScore"
    );
    private readonly Option<int?> limit = OptionKinds.WholeNumber("--limit", $"At most this many (default: {DefaultLimit})");
    private readonly HubChoice hub;

    public ListCommand()
        : base("list", "List the repositories of a hub, or what one holds: base, rank, members, metrics, files, safety")
    {
        Command.Aliases.Add("ls");
        Command.Add(id);
        kind = new KindChoice(Command);
        Option[] options = [revision, search, author, baseModel, filter, sort, limit];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var client = await hub.OpenAsync(parsed, session, isOffline: false, null, cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(id) is { } one)
        {
            var address = RepoAddress.Parse(one, kind.Read(parsed));
            var at = parsed.GetValue(revision) is { } text ? Revision.Parse(text) : address.Revision;
            return await RepoDetails.ReadAsync(client, address.Repo, at, cancellationToken).ConfigureAwait(false);
        }

        string[] bases = parsed.GetValue(baseModel) is { } wanted ? [$"base_model:adapter:{RepoId.Parse(wanted).FullName}"] : [];
        var query = new RepoQuery
        {
            Type = kind.Read(parsed) ?? RepoType.Model,
            Search = parsed.GetValue(search),
            Author = parsed.GetValue(author),
            Filters = [.. parsed.GetValue(filter) ?? [], .. bases],
            Sort = parsed.GetValue(sort),
            Limit = parsed.GetValue(limit) ?? DefaultLimit,
        };
        var found = new List<RepoInfo>();
        await foreach (var info in client.ListReposAsync(query, cancellationToken).ConfigureAwait(false))
        {
            found.Add(info);
        }

        return new RepoList { Repositories = await RepoFact.ReadAllAsync(client, found, cancellationToken).ConfigureAwait(false) };
    }
}
