using System.CommandLine;
using System.Diagnostics;
using LoRAEnsembleHub.Cli.Inspection;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Cli.Training;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Trains an ensemble from a base and a data set, from a file of settings, options, or both.</summary>
internal sealed class TrainCommand : Verb
{
    private readonly RunChoice choice;
    private readonly Option<int?> threads = OptionKinds.WholeNumber(
        "--threads",
        "Threads to compute with; the result depends on their number"
    );
    private readonly Option<int?> logSteps = OptionKinds.WholeNumber(
        "--log-steps",
        "Updates between lines where there is no terminal (default: 50)"
    );
    private readonly Option<bool> restart = OptionKinds.Switch(
        "--restart",
        "Start anew, whatever the output folder holds of this ensemble"
    );

    public TrainCommand()
        : base("train", "Train an ensemble from a base, by LoRA or another method; run it again to go on after a stop")
    {
        choice = new RunChoice(Command);
        Option[] options = [threads, logSteps, restart];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var config = choice.Read(parsed);
        Need.Folder(config.Base, "--base");
        Need.FileOrFolder(config.Data, "--data");
        NativeTorch.EnsureLoaded();
        if (parsed.GetValue(threads) is { } count)
        {
            TorchSharp.torch.set_num_threads(count);
        }

        using var run = TrainingRun.Open(config, parsed.GetValue(restart));
        var resumedFrom = run.Step;
        session.Note(
            $"{TrainResult.Words(config.Training)}, {Figures.Count(run.ParameterCount)} learned numbers, "
                + $"{Figures.Count(run.Examples)} examples, {run.TotalSteps} updates"
                + (resumedFrom > 0 ? $"; going on after update {resumedFrom}." : ".")
        );
        bool Has(string name) => File.Exists(Path.Combine(config.Output, name));
        if (Has(CardRemarks.FileName) && !Has(EnsembleManifest.FileName))
        {
            session.Note(
                $"The {CardRemarks.FileName} in {config.Output} stays as it is; `lorae-hub card {config.Output} --update` brings its metadata up to date afterwards."
            );
        }

        var clock = Stopwatch.StartNew();
        var manifest = await TrainAsync(run, config, session, parsed.GetValue(logSteps) ?? 50, cancellationToken).ConfigureAwait(false);
        if ((int?)manifest.Training?["calibration"]?["undetermined"] is > 0 and var undetermined)
        {
            session.Warn(
                $"The held-out examples do not determine {(undetermined == 1 ? "a temperature" : $"{undetermined} temperatures")}, which stays at 1: "
                    + "they are too few, or all of them are predicted right."
            );
        }

        return new TrainResult
        {
            Output = config.Output,
            Base = config.Base,
            Data = config.Data,
            Method = manifest.Method!,
            Members = manifest.PredictionCount,
            Rank = TrainResult.RankOf(config.Training),
            Summary = TrainResult.Words(config.Training),
            Parameters = run.ParameterCount,
            Steps = run.TotalSteps,
            ResumedFrom = resumedFrom,
            Seconds = clock.Elapsed.TotalSeconds,
            Temperature = manifest.Temperature?.DeepClone(),
            Metrics = manifest.Metrics ?? [],
            Warnings = session.Warnings,
        };
    }

    private static async Task<EnsembleManifest> TrainAsync(
        TrainingRun run,
        RunConfig config,
        Session session,
        int logSteps,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return session.DrawsProgress
                ? await session
                    .TrackAsync("training", run.TotalSteps, bar => run.RunAsync(new TrainingBar(bar), null, cancellationToken))
                    .ConfigureAwait(false)
                : await run.RunAsync(new TrainingLines(session, run.Step, logSteps), null, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new CommandException(
                "cancelled",
                $"Stopped after update {run.Step} of {run.TotalSteps}; the checkpoint is in {config.Output}.",
                "The same command goes on from there; --restart begins anew.",
                ExitCode.Cancelled
            );
        }
    }
}
