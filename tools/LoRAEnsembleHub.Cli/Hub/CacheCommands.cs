using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The verbs that look after the shared cache.</summary>
internal static class CacheCommands
{
    public static VerbGroup Group() =>
        VerbGroup.Of(
            "cache",
            "Look after the cache that Hugging Face's tools share",
            new CacheListCommand(),
            new CacheRemoveCommand(),
            new CachePruneCommand(),
            new CacheVerifyCommand()
        );
}

/// <summary>Lists what the cache holds.</summary>
internal sealed class CacheListCommand : Verb
{
    private readonly Option<bool> revisions = OptionKinds.Switch("--revisions", "One line for each snapshot");
    private readonly CacheChoice cache;

    public CacheListCommand()
        : base("ls", "List what the cache holds")
    {
        Command.Aliases.Add("list");
        Command.Add(revisions);
        cache = new CacheChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var scan = await new HubCache(cache.Folder(parsed)).ScanAsync(cancellationToken).ConfigureAwait(false);
        foreach (var warning in scan.Warnings)
        {
            session.Warn($"{warning.Path}: {warning.Problem} {warning.Hint}");
        }

        return CacheListing.Of(scan, parsed.GetValue(revisions));
    }
}

/// <summary>Removes repositories or snapshots from the cache.</summary>
internal sealed class CacheRemoveCommand : Verb
{
    private readonly Argument<string[]> targets = new("TARGET")
    {
        Description = "model/namespace/name, dataset/namespace/name, hf://… or a full commit hash",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly RemovalChoice choice;

    public CacheRemoveCommand()
        : base("rm", "Remove repositories or snapshots from the cache")
    {
        Command.Add(targets);
        choice = new RemovalChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var wanted = parsed.GetValue(targets)!.Select(CacheTarget.Parse).ToArray();
        var cache = choice.Open(parsed, session);
        var plan = await cache.PlanRemovalAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (plan.NotFound.Count > 0)
        {
            throw CommandException.NotFound(
                $"{cache.Folder} has no {string.Join(", ", plan.NotFound)}; nothing was removed.",
                "lorae-hub cache ls shows what is there."
            );
        }

        return await choice.ApplyAsync(parsed, cache, plan, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Removes what is of no use, or what was not used for longest.</summary>
internal sealed class CachePruneCommand : Verb
{
    private readonly Option<string?> maxSize = OptionKinds.Text(
        "--max-size",
        "SIZE",
        "Also remove snapshots, those unused for longest first, until the cache is no larger: 50GB, 500MB, …"
    );
    private readonly Option<string[]> keep = new("--keep")
    {
        Description = "Repository of which everything stays; may be repeated",
        HelpName = "TARGET",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<bool> keepDetached = OptionKinds.Switch("--keep-detached", "Keep snapshots that no branch or tag stands for");
    private readonly RemovalChoice choice;

    public CachePruneCommand()
        : base("prune", "Remove unfinished downloads, contents without a snapshot, and snapshots that no branch or tag stands for")
    {
        Option[] options = [maxSize, keep, keepDetached];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        choice = new RemovalChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var options = new PruneOptions
        {
            Detached = !parsed.GetValue(keepDetached),
            MaxBytes = parsed.GetValue(maxSize) is { } size ? ByteSize.Parse(maxSize.Name, size) : null,
            Keep = [.. (parsed.GetValue(keep) ?? []).Select(Kept)],
        };
        var cache = choice.Open(parsed, session);
        var plan = await cache.PlanPruneAsync(options, cancellationToken).ConfigureAwait(false);
        return await choice.ApplyAsync(parsed, cache, plan, cancellationToken).ConfigureAwait(false);
    }

    private static RepoId Kept(string text) =>
        CacheTarget.Parse(text).Repo
        ?? throw CommandException.Usage($"--keep is {text}; it must name a repository, such as model/namespace/name.");
}

/// <summary>Checks every byte of the cache without a network.</summary>
internal sealed class CacheVerifyCommand : Verb
{
    private readonly Argument<string?> repo = new("REPO_ID") { Description = "One repository; none: all", Arity = ArgumentArity.ZeroOrOne };
    private readonly KindChoice kind;
    private readonly Option<string?> revision = OptionKinds.Text("--revision", "COMMIT", "Only this commit of REPO_ID");
    private readonly Option<bool> repair = OptionKinds.Switch(
        "--repair",
        "Remove wrong bytes and fetch them again (with --offline: the next pull does)"
    );
    private readonly Option<bool> offline = OptionKinds.Switch("--offline", "Open no connection, also not to repair");
    private readonly Option<bool> failOnMissing = OptionKinds.Switch(
        "--fail-on-missing-files",
        "Count files that a snapshot lacks as a fault"
    );
    private readonly Option<bool> failOnExtra = OptionKinds.Switch(
        "--fail-on-extra-files",
        "Count files that are not in the commit as a fault"
    );
    private readonly HubChoice hub;

    public CacheVerifyCommand()
        : base("verify", "Check every byte in the cache by its hash, without a network")
    {
        Command.Add(repo);
        kind = new KindChoice(Command);
        Option[] options = [revision, repair, offline, failOnMissing, failOnExtra];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var address = parsed.GetValue(repo) is { } text ? RepoAddress.Parse(text, kind.Read(parsed)) : null;
        if (address is null && parsed.GetValue(revision) is not null)
        {
            throw CommandException.Usage("--revision needs REPO_ID.");
        }

        using var client = await hub.OpenAsync(parsed, session, parsed.GetValue(offline), null, cancellationToken).ConfigureAwait(false);
        var options = new VerifyOptions
        {
            Repo = address?.Repo,
            Commit = parsed.GetValue(revision) is { } commit ? CommitHash.Parse(commit) : address?.Revision?.Commit,
            Repair = parsed.GetValue(repair),
            Fetch = client.Options.Offline ? null : client.FetchAgainAsync,
        };
        var cache = new HubCache(client.Options.CacheFolder, client.Options.Time, client.Options.Logger);
        var report = await cache.VerifyAsync(options, progress: null, cancellationToken).ConfigureAwait(false);
        return CacheVerification.Of(report, cache.Folder, parsed.GetValue(failOnMissing), parsed.GetValue(failOnExtra));
    }
}
