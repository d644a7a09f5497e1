using System.Diagnostics;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Training;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Studies;

/// <summary>Carries out a study, run after run; what was done before is not done again.</summary>
/// <remarks>
/// Every run leaves its result in <c>results/</c> of the output folder, written whole or not at all, and a training that was stopped goes
/// on from its checkpoint. So a study that was stopped at any moment ends with the figures of one that was not, apart from times and memory.
/// </remarks>
public sealed class StudyRunner
{
    private const string ResultsFolder = "results";

    private readonly StudyConfig config;
    private readonly IReadOnlyList<(string Name, Corruption Corruption)> corruptions;
    private readonly IReadOnlyList<(string Title, LabeledExamples Examples)> outside;
    private readonly InputPipeline pipeline;

    /// <summary>Plans a study and looks at everything that it needs before anything is trained.</summary>
    /// <param name="config">The study.</param>
    /// <exception cref="TrainingException">A setting is wrong, or the output holds results of other settings.</exception>
    /// <exception cref="DataSetException">A data set is not as it should be.</exception>
    public StudyRunner(StudyConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        this.config = config;
        Runs = StudyRun.Plan(config);
        pipeline = InputPipelines.Load(config.Run.Base, config.Run.InputOptions);
        corruptions = StudyCorruptions.Of(config.Corruptions, pipeline);
        Tests();
        outside = [.. config.Outside.Select(data => (data.Title, pipeline.Open(data.Data, data.Split).AtMost(config.Limit)))];
        foreach (var run in Runs.Where(IsDone))
        {
            ResultOf(run);
        }
    }

    /// <summary>All runs, in order.</summary>
    public IReadOnlyList<StudyRun> Runs { get; }

    /// <summary>The results that there are, in the order of the runs.</summary>
    /// <exception cref="TrainingException">A result is damaged or of other settings.</exception>
    public IReadOnlyList<StudyResult> Results => [.. Runs.Where(IsDone).Select(ResultOf)];

    /// <summary>Whether a run has its result.</summary>
    /// <param name="run">A run of this study.</param>
    public bool IsDone(StudyRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return File.Exists(PathOf(run));
    }

    /// <summary>Trains and measures one run, or reads its result where there is one.</summary>
    /// <param name="run">A run of this study.</param>
    /// <param name="progress">Told of every update; may be null.</param>
    /// <param name="cancellationToken">Stops after an update, with a checkpoint, or between two measurements.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    /// <exception cref="TrainingException">Training diverged.</exception>
    public async Task<StudyResult> RunAsync(
        StudyRun run,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(run);
        if (IsDone(run))
        {
            return ResultOf(run);
        }

        var (seconds, peak) = await TrainAsync(run, progress, cancellationToken).ConfigureAwait(false);
        var result = Measure(run, seconds, peak, cancellationToken);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(run))!);
        await TextFile.WriteAsync(PathOf(run), result.ToJson(), cancellationToken).ConfigureAwait(false);
        if (!config.KeepEnsembles)
        {
            Directory.Delete(run.Config.Output, recursive: true);
        }

        return result;
    }

    private static async Task<(double? Seconds, long? Peak)> TrainAsync(
        StudyRun run,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        // measured below, with everything else, and so not at the end of the training
        var config = run.Config with
        {
            TestSplit = null,
        };
        if (File.Exists(Path.Combine(config.Output, EnsembleManifest.FileName)) && !TrainingRun.IsUnfinished(config))
        {
            return (null, null);
        }

        ProcessPeak.Reset();
        using var training = TrainingRun.Open(config);
        var clock = new UpdateClock(progress);
        await training.RunAsync(clock, null, cancellationToken).ConfigureAwait(false);
        return (clock.MedianSeconds, ProcessPeak.Read());
    }

    private StudyResult Measure(StudyRun run, double? seconds, long? peak, CancellationToken cancellationToken)
    {
        var options = new ModelOptions { Device = ComputeDevice.Parse(run.Config.Device), Route = run.Config.Route };
        var folder = run.Config.Output;
        using var ensemble = LoadedEnsemble.Load(folder, LoadedEnsemble.NeedsBase(folder) ? run.Config.Base : null, options);
        var tests = Tests(ensemble.Labels);
        Predictions Predict(LabeledExamples examples, bool withLabels) =>
            Predictor.Predict(ensemble.System.Model, examples, ensemble.Labels, withLabels, cancellationToken: cancellationToken);
        var clock = Stopwatch.StartNew();
        var inside = Predict(tests, withLabels: true);
        var milliseconds = clock.Elapsed.TotalMilliseconds / tests.Count;
        var summary = EvaluationSummary.From(inside);
        var temperatures = ensemble.Manifest?.Temperature is null ? null : ensemble.Manifest.Temperatures;
        var settings = run.Config.Training;
        return new StudyResult
        {
            System = run.System,
            Members = ensemble.System.Members,
            Rank = run.Rank,
            Seed = run.Seed,
            Fingerprint = run.Fingerprint(config),
            Steps = (int?)ensemble.Manifest?.Training?["steps"] ?? settings.Steps ?? 0,
            TrainedParameters = (long?)ensemble.Manifest?.Training?["parameters"] ?? ensemble.System.ParameterCount,
            StoredBytes = new DirectoryInfo(folder)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(file => file.Name != TrainingLog.FileName) // nobody needs it to predict
                .Sum(file => file.Length),
            SecondsPerUpdate = seconds,
            MillisecondsPerExample = milliseconds,
            PeakBytes = peak,
            Scores = summary.MeanProbability,
            MeanLogit = summary.MeanLogit,
            MeanOfMembers = summary.MeanOfMembers,
            Calibrated = temperatures is null
                ? null
                : EvaluationScores.Of(inside.WithTemperature(temperatures).Aggregate(Aggregation.MeanProbability), inside.Labels!),
            Temperature = temperatures?.Average(),
            MutualInformation = summary.MeanMutualInformation,
            Disagreement = summary.Disagreement,
            Outside = outside.ToDictionary(
                data => data.Title,
                data => OutOfDistribution.Of(inside, Predict(data.Examples, withLabels: false)),
                StringComparer.Ordinal
            ),
            Shift = corruptions.ToDictionary(
                corruption => corruption.Name,
                corruption =>
                    EvaluationScores.Of(
                        Predict(tests.Corrupted(corruption.Corruption), withLabels: true).Aggregate(Aggregation.MeanProbability),
                        inside.Labels!
                    ),
                StringComparer.Ordinal
            ),
        };
    }

    private LabeledExamples Tests(IReadOnlyList<string>? classNames = null) =>
        pipeline.Open(config.Run.Data, config.Run.TestSplit!, classNames).AtMost(config.Limit);

    private string PathOf(StudyRun run) => Path.Combine(config.Output, ResultsFolder, $"{run.Key}.json");

    private StudyResult ResultOf(StudyRun run)
    {
        var path = PathOf(run);
        var result = StudyResult.Read(path);
        return result.Fingerprint == run.Fingerprint(config)
            ? result
            : throw new TrainingException(
                $"{path} is the result of other settings, data sets or limits than those of this study. Choose another output, or delete it."
            );
    }

    /// <summary>Times the updates between two reports.</summary>
    private sealed class UpdateClock(IProgress<TrainingProgress>? progress) : IProgress<TrainingProgress>
    {
        private readonly List<double> seconds = [];
        private long before = Stopwatch.GetTimestamp();

        public double? MedianSeconds => seconds.Count == 0 ? null : seconds.Order().ElementAt(seconds.Count / 2);

        public void Report(TrainingProgress value)
        {
            var now = Stopwatch.GetTimestamp();
            seconds.Add(Stopwatch.GetElapsedTime(before, now).TotalSeconds);
            progress?.Report(value);
            before = Stopwatch.GetTimestamp();
        }
    }
}
