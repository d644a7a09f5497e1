using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Brings a repository, or files of it, from a hub into the cache or a folder; with an ensemble its base.</summary>
internal sealed class PullCommand : Verb
{
    private readonly RepoChoice repo;
    private readonly Argument<string[]> files = new("FILE")
    {
        Description = "Files to pull, by name, or folders (name/); none: all",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> revision = OptionKinds.Text("--revision", "REV", "Branch, tag, refs/pr/N or commit (default: main)");
    private readonly PatternChoice patterns;
    private readonly Option<string?> localFolder = OptionKinds.Text(
        "--local-dir",
        "DIR",
        "Put the files into this folder, not into the cache"
    );
    private readonly Option<bool> force = OptionKinds.Switch("--force-download", "Fetch also what is here already");
    private readonly Option<bool> dryRun = OptionKinds.Switch("--dry-run", "Say what would be fetched and fetch nothing");
    private readonly Option<int?> workers = OptionKinds.WholeNumber("--max-workers", "Files at once (default: 8)");
    private readonly Option<bool> offline = OptionKinds.Switch("--offline", "Open no connection: answer from the cache or fail");
    private readonly Option<bool> strict = OptionKinds.Switch(
        "--strict",
        "Fail where the hub could not be asked or it is unknown whether all files are here"
    );
    private readonly Option<bool> noBase = OptionKinds.Switch("--no-base", "Leave out the base of an ensemble");
    private readonly Option<bool> noSpaceCheck = OptionKinds.Switch(
        "--no-space-check",
        "Start even if the files seem not to fit on the disk"
    );
    private readonly HubChoice hub;

    public PullCommand()
        : base("pull", "Bring a repository from a hub into the cache, verified and resumable; with an ensemble comes its base")
    {
        repo = new RepoChoice(Command);
        Command.Add(files);
        Command.Add(revision);
        patterns = new PatternChoice(Command);
        Option[] options = [localFolder, force, dryRun, workers, offline, strict, noBase, noSpaceCheck];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var address = repo.Read(parsed);
        var pull = Options(parsed, address);
        using var client = await hub.OpenAsync(parsed, session, parsed.GetValue(offline), parsed.GetValue(workers), cancellationToken)
            .ConfigureAwait(false);
        if (parsed.GetValue(dryRun))
        {
            var plan = await client.PlanPullAsync(address.Repo, pull, cancellationToken).ConfigureAwait(false);
            return PullPlanResult.Of(plan, pull.Revision);
        }

        var ensemble = await PullAsync(client, session, address.Repo, pull, cancellationToken).ConfigureAwait(false);
        if (ensemble.Files.Count == 0)
        {
            session.Warn($"No file of {address.Repo} fits; case counts in patterns. lorae-hub list {address.Repo} shows what is there.");
        }

        var result = PullResult.Of(ensemble);
        var wantsBase =
            !parsed.GetValue(noBase)
            && ensemble.Files.Any(file => file.Path == EnsembleManifest.FileName)
            && LoadedEnsemble.NeedsBase(ensemble.Folder);
        var wanted = wantsBase ? EnsembleBase.Of(ensemble) : null;
        if (wantsBase && wanted is null)
        {
            session.Warn($"The manifest of {address.Repo} names no repository of its base, so only the ensemble was pulled.");
        }

        if (wanted is not null)
        {
            var found = await PullAsync(
                    client,
                    session,
                    wanted.Repo,
                    wanted.Pull with
                    {
                        SkipSpaceCheck = pull.SkipSpaceCheck,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            await wanted.VerifyAsync(found, cancellationToken).ConfigureAwait(false);
            result = result with { Base = PullResult.Of(found) };
        }

        var usual = Path.GetFullPath(HubEnvironment.Read().CacheFolder);
        return result with
        {
            IsStrict = parsed.GetValue(strict),
            IsFoundById = pull.LocalFolder is null && pull.Revision == Revision.Main && client.Options.CacheFolder == usual,
        };
    }

    private PullOptions Options(ParseResult parsed, RepoAddress address)
    {
        var asked = parsed.GetValue(files) ?? [];
        if (address.Path is { } path)
        {
            asked = [.. asked, path];
        }

        if (address.Revision is not null && parsed.GetValue(revision) is not null)
        {
            throw CommandException.Usage("The revision is given twice: after @ and by --revision.");
        }

        if (asked.Length > 0 && patterns.IsGiven(parsed))
        {
            throw CommandException.Usage("FILE and --include or --exclude exclude each other.", "Name files, or choose them by patterns.");
        }

        if (parsed.GetValue(offline) && parsed.GetValue(force))
        {
            throw CommandException.Usage("--offline and --force-download exclude each other: nothing can be fetched without a connection.");
        }

        var folders = asked.Where(file => file.EndsWith('/')).ToArray();
        return new PullOptions
        {
            Revision = address.Revision ?? Revision.Parse(parsed.GetValue(revision) ?? Revision.Main.Name),
            Files = asked.Length > 0 && folders.Length == 0 ? asked : null,
            Patterns = folders.Length > 0 ? new FilePatterns(asked) : patterns.Read(parsed),
            LocalFolder = parsed.GetValue(localFolder),
            ForceDownload = parsed.GetValue(force),
            SkipSpaceCheck = parsed.GetValue(noSpaceCheck),
        };
    }

    private static Task<Snapshot> PullAsync(
        HubClient client,
        Session session,
        RepoId repo,
        PullOptions pull,
        CancellationToken cancellationToken
    ) => TransferBar.RunAsync(session, $"Pulling {repo}", progress => client.PullAsync(repo, pull, progress, cancellationToken));
}
