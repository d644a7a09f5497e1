using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Hub;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli;

/// <summary>From arguments to an exit code: the one place where verbs are listed, run, shown and their failures caught.</summary>
internal static class Application
{
    private const string DebugVariable = "LORAE_HUB_DEBUG";

    private static readonly Option<bool> json = new("--json")
    {
        Description = "Write one JSON document with raw numbers to standard output",
        Recursive = true,
    };

    private static readonly Option<bool> quiet = new("--quiet", "-q")
    {
        Description = "Write only names, paths or labels, one a line",
        Recursive = true,
    };

    public static async Task<int> RunAsync(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        using var interruption = new Interruption();
        var parsed = Root().Parse(arguments);
        var usage =
            parsed.Action is null or ParseErrorAction ? Usage(parsed)
            : UnknownOption.In(parsed, arguments) is { } word ? Usage(parsed, $"There is no option {word}.")
            : null;
        if (usage is not null)
        {
            var format = arguments.TakeWhile(word => word != "--").Contains(json.Name) ? OutputFormat.Json : OutputFormat.Table;
            return new Renderer(format).Show(usage);
        }

        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(configuration, interruption.Token).ConfigureAwait(false);
    }

    private static RootCommand Root()
    {
        var root = new RootCommand(
            "LoRA ensembles on one frozen transformer: pull, train, predict with uncertainty, evaluate, push, serve."
        );
        Verb[] verbs =
        [
            new QuickstartCommand(),
            new InspectCommand(),
            new PredictCommand(),
            new EvaluateCommand(),
            new TrainCommand(),
            new StudyCommand(),
            new ForwardCommand(),
            new PreprocessCommand(),
            new AssembleCommand(),
            new MembersCommand(),
            new MergeCommand(),
            new ConvertCommand(),
            new CardCommand(),
            new BenchCommand(),
            new PullCommand(),
            new PushCommand(),
            new ListCommand(),
            new ServeCommand(),
        ];
        VerbGroup[] groups = [CacheCommands.Group(), AuthCommands.Group(), RepoCommands.Group()];
        foreach (var verb in verbs.Concat(groups.SelectMany(group => group.Verbs)))
        {
            verb.Command.SetAction((parsed, cancellationToken) => RunAsync(verb, parsed, cancellationToken));
        }

        foreach (var command in verbs.Select(verb => verb.Command).Concat(groups.Select(group => group.Command)))
        {
            root.Add(command);
        }

        root.Add(json);
        root.Add(quiet);
        return root;
    }

    private static async Task<int> RunAsync(Verb verb, ParseResult parsed, CancellationToken cancellationToken)
    {
        var format =
            parsed.GetValue(json) ? OutputFormat.Json
            : verb.WantsCsv(parsed) ? OutputFormat.Csv
            : parsed.GetValue(quiet) ? OutputFormat.Quiet
            : OutputFormat.Table;
        var renderer = new Renderer(format);
        try
        {
            if (format == OutputFormat.Json && verb.WantsCsv(parsed))
            {
                throw CommandException.Usage("--json and --csv exclude each other.");
            }

            var session = new Session(renderer.Errors, parsed.GetValue(quiet));
            var result = await verb.RunAsync(parsed, session, cancellationToken).ConfigureAwait(false);
            var exitCode = renderer.Show(result);
            if (result is IRunningResult running)
            {
                await running.UntilStoppedAsync(cancellationToken).ConfigureAwait(false);
            }

            return exitCode;
        }
#pragma warning disable CA1031 // whatever goes wrong, the user gets a message and scripts get an exit code
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
            {
                await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            }

            return renderer.Show(Failure.Of(exception));
        }
    }

    private static Failure Usage(ParseResult parsed, string? message = null)
    {
        var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        var messages = parsed.Errors.Select(error => error.Message).Distinct();
        return new Failure(
            "usage",
            message ?? string.Join(" ", messages),
            $"lorae-hub{verb} --help tells what can be given.",
            ExitCode.Usage
        );
    }
}
