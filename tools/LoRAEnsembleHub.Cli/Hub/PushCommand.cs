using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Sends a file or folder to a repository as one commit; an ensemble is proved whole first and gets its card.</summary>
internal sealed class PushCommand : Verb
{
    private readonly RepoChoice repo;
    private readonly Argument<string?> source = new("PATH")
    {
        Description = "File or folder to push (default: the folder here that is named like the repository)",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Argument<string?> place = new("PATH_IN_REPO")
    {
        Description = "Where it goes in the repository (default: the root, or the file's own name)",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> revision = OptionKinds.Text(
        "--revision",
        "BRANCH",
        "Branch to push to; made if absent (default: main)"
    );
    private readonly Option<bool> isPrivate = OptionKinds.Switch("--private", "Make a new repository private");
    private readonly Option<bool> pullRequest = OptionKinds.Switch("--create-pr", "Open a pull request instead of changing the branch");
    private readonly Option<string?> message = OptionKinds.Text("--commit-message", "TEXT", "Title of the commit");
    private readonly Option<string?> description = OptionKinds.Text("--commit-description", "TEXT", "Further text of the commit");
    private readonly Option<string?> parent = OptionKinds.Text(
        "--parent-commit",
        "HASH",
        "Refuse unless the branch still stands at this commit"
    );
    private readonly PatternChoice patterns;
    private readonly Option<string[]> delete = PatternChoice.Patterns(
        "--delete",
        "Delete files of the repository that fit and are not pushed; may be repeated"
    );
    private readonly Option<int?> workers = OptionKinds.WholeNumber("--max-workers", "Transfers at once (default: 8)");
    private readonly HubChoice hub;

    public PushCommand()
        : base("push", "Send a file or folder to a hub as one commit; an ensemble is proved whole first")
    {
        repo = new RepoChoice(Command);
        Command.Add(source);
        Command.Add(place);
        Option[] options = [revision, isPrivate, pullRequest, message, description, parent, delete, workers];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        patterns = new PatternChoice(Command);
        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var address = repo.Read(parsed);
        if (address.Path is not null)
        {
            throw CommandException.Usage($"{address.Path}: name the place in the repository as PATH_IN_REPO, not in the address.");
        }

        var path = parsed.GetValue(source) ?? Guess(address.Repo);
        Need.FileOrFolder(path, "PATH");
        var options = new PushOptions
        {
            Revision = Revision.Parse(parsed.GetValue(revision) ?? address.Revision?.Name ?? Revision.Main.Name),
            PathInRepo = PlaceOf(path, parsed.GetValue(place)),
            Files = patterns.Read(parsed, EnsemblePush.CheckpointPattern),
            Delete = parsed.GetValue(delete) ?? [],
            Message = parsed.GetValue(message),
            Description = parsed.GetValue(description) ?? "",
            Parent = parsed.GetValue(parent) is { } hash ? CommitHash.Parse(hash) : null,
            CreatePullRequest = parsed.GetValue(pullRequest),
            Private = parsed.GetValue(isPrivate),
        };
        using var client = await hub.OpenAsync(parsed, session, isOffline: false, parsed.GetValue(workers), cancellationToken)
            .ConfigureAwait(false);
        if (Directory.Exists(path) && address.Repo.Type == RepoType.Model)
        {
            EnsemblePush.Prepare(path, options.Files, address.Repo, session);
        }

        var pushed = await TransferBar
            .RunAsync(
                session,
                $"Pushing to {address.Repo}",
                progress => client.PushAsync(address.Repo, path, options, progress, cancellationToken)
            )
            .ConfigureAwait(false);
        foreach (var warning in pushed.CardWarnings)
        {
            session.Warn($"Model card: {warning}");
        }

        return PushOutcome.Of(pushed, client.Options.Endpoint);
    }

    // As with cp, a file goes into a place that ends with a slash.
    private static string PlaceOf(string path, string? place) =>
        place is null or "." or "./" or "/" ? ""
        : place.EndsWith('/') && File.Exists(path) ? $"{place.Trim('/')}/{Path.GetFileName(path)}"
        : place.Trim('/');

    private static string Guess(RepoId repo) =>
        Directory.Exists(repo.Name)
            ? repo.Name
            : throw CommandException.Usage(
                $"PATH is missing, and there is no folder {repo.Name} here.",
                "Name the file or folder to push: lorae-hub push REPO_ID PATH."
            );
}
