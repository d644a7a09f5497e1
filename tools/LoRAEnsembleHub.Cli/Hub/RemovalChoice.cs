using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The options of verbs that remove something from the cache: show the plan first, then do it when that is agreed to.</summary>
internal sealed class RemovalChoice
{
    private readonly Option<bool> yes = OptionKinds.Switch("--yes", "Remove without asking");
    private readonly Option<bool> dryRun = OptionKinds.Switch("--dry-run", "Say what would be removed and remove nothing");
    private readonly CacheChoice cache;

    public RemovalChoice(Command command)
    {
        yes.Aliases.Add("-y");
        command.Add(yes);
        command.Add(dryRun);
        cache = new CacheChoice(command);
    }

    public HubCache Open(ParseResult parsed, Session session) => new(cache.Folder(parsed), null, new SessionLogger(session));

    public async Task<ICommandResult> ApplyAsync(ParseResult parsed, HubCache place, RemovalPlan plan, CancellationToken cancellationToken)
    {
        var planned = CacheRemoval.Of(plan);
        if (plan.IsEmpty || parsed.GetValue(dryRun))
        {
            return planned;
        }

        if (!parsed.GetValue(yes))
        {
            Confirm(planned);
        }

        return planned.With(await place.ApplyAsync(plan, cancellationToken).ConfigureAwait(false));
    }

    private static void Confirm(CacheRemoval planned)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            throw CommandException.Usage(
                $"{Figures.Bytes(planned.PlannedBytes)} would be removed; without a terminal nobody can be asked.",
                "Give --yes to agree, or --dry-run to see what it is."
            );
        }

        BlockWriter.Write(Consoles.For(Console.Error), planned.ToBlocks());
        Console.Error.Write("Remove this? [y/N] ");
        if (Console.ReadLine()?.Trim().ToUpperInvariant() is not ("Y" or "YES"))
        {
            throw new CommandException("declined", "Nothing was removed.", null);
        }
    }
}
