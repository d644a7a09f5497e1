using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Cli.Training;
using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Studies;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Compares systems under equal conditions: trains and measures each with every seed, number of members and rank.</summary>
internal sealed class StudyCommand : Verb
{
    private readonly Option<string> file = OptionKinds.Needed("--config", "FILE", "The study: systems, seeds, members, ranks, data");
    private readonly Option<string?> output = OptionKinds.Text(
        "--output",
        "DIR",
        "Folder of runs, results and reports (default: the study's own)"
    );
    private readonly Option<bool> plan = OptionKinds.Switch("--plan", "Only say which runs there are and which are done");
    private readonly Option<int?> threads = OptionKinds.WholeNumber("--threads", "Threads to compute with; results depend on their number");

    public StudyCommand()
        : base("study", "Compare systems under equal conditions; run it again to go on after a stop")
    {
        Option[] options = [file, output, plan, threads];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var path = parsed.GetValue(file)!;
        Need.File(path, "--config");
        var config = StudyConfig.Parse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false), path);
        config = parsed.GetValue(output) is { } folder ? config with { Output = folder } : config;
        Need.PlaceForFolder(config.Output, "--output");
        Need.Folder(config.Run.Base, "run.base");
        foreach (var data in config.Outside.Select(data => data.Data).Prepend(config.Run.Data))
        {
            Need.FileOrFolder(data, "data of the study");
        }

        var runner = new StudyRunner(config);
        if (parsed.GetValue(plan))
        {
            return StudyPlanResult.Of(config, runner);
        }

        NativeTorch.EnsureLoaded();
        if (parsed.GetValue(threads) is { } count)
        {
            TorchSharp.torch.set_num_threads(count);
        }

        foreach (var (index, run) in runner.Runs.Index())
        {
            await RunAsync(runner, run, $"{index + 1} of {runner.Runs.Count}, {run.Key}", session, cancellationToken).ConfigureAwait(false);
        }

        var result = new StudyTableResult
        {
            Name = config.Name,
            Output = config.Output,
            Runs = runner.Runs.Count,
            Table = StudyTable.Of(runner.Results),
        };
        await StudyReport.WriteAsync(config, result, runner.Results, cancellationToken).ConfigureAwait(false);
        return result;
    }

    private static async Task RunAsync(StudyRunner runner, StudyRun run, string title, Session session, CancellationToken cancellationToken)
    {
        if (runner.IsDone(run))
        {
            session.Note($"{title}: done before.");
            return;
        }

        try
        {
            var done = session.DrawsProgress
                ? await session
                    .TrackAsync(title, run.Config.Training.Steps ?? 0, bar => runner.RunAsync(run, new TrainingBar(bar), cancellationToken))
                    .ConfigureAwait(false)
                : await runner.RunAsync(run, null, cancellationToken).ConfigureAwait(false);
            session.Note(
                $"{title}: accuracy {Figures.Score(done.Scores.Accuracy)}, NLL {Figures.Score(done.Scores.NegativeLogLikelihood)}."
            );
            if (run.Config is { CalibrateShare: not null } or { CalibrateSplit: not null } && done.Calibrated is null)
            {
                session.Warn($"{title}: the held-out examples do not determine a temperature, so the run has no calibrated figures.");
            }
        }
        catch (OperationCanceledException)
        {
            throw new CommandException("cancelled", $"Stopped in run {title}.", "The same command goes on from there.", ExitCode.Cancelled);
        }
    }
}
