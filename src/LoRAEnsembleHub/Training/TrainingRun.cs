using System.Globalization;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Training;

/// <summary>A whole run: base and data in, training with checkpoints, measuring, and the ensemble as a hub repository out.</summary>
public sealed class TrainingRun : IDisposable
{
    private readonly RunConfig config;
    private readonly PretrainedModel model;
    private readonly LabeledExamples examples;
    private readonly LabeledExamples? tests;
    private readonly LabeledExamples? held;
    private readonly InputPipeline pipeline;
    private readonly Trainer trainer;
    private readonly OutputClaim claim;

    private TrainingRun(
        RunConfig config,
        PretrainedModel model,
        LabeledExamples examples,
        LabeledExamples? tests,
        LabeledExamples? held,
        InputPipeline pipeline,
        Trainer trainer,
        OutputClaim claim
    ) =>
        (this.config, this.model, this.examples, this.tests, this.held, this.pipeline, this.trainer, this.claim) = (
            config,
            model,
            examples,
            tests,
            held,
            pipeline,
            trainer,
            claim
        );

    /// <summary>Updates done; above 0 right after <see cref="Open"/> when an earlier run is continued.</summary>
    public int Step => trainer.Step;

    /// <summary>Updates in all.</summary>
    public int TotalSteps => trainer.TotalSteps;

    /// <summary>Numbers that are learned.</summary>
    public long ParameterCount => trainer.ParameterCount;

    /// <summary>Training examples.</summary>
    public int Examples => examples.Count;

    /// <summary>The base that is trained on.</summary>
    public PretrainedModel Model => model;

    /// <summary>Loads base and data, and the checkpoint of an earlier run with the same settings if its output folder has one.</summary>
    /// <param name="config">The run.</param>
    /// <param name="restart">Whether a checkpoint or a finished ensemble in the output folder is put aside for a fresh run.</param>
    /// <returns>The run, ready to go; the caller disposes it.</returns>
    /// <exception cref="TrainingException">A setting is wrong, the output holds a finished ensemble, or its checkpoint is of another run, or another
    /// run is training into it right now.</exception>
    /// <exception cref="AdapterException">The output folder holds something else than an ensemble.</exception>
    /// <exception cref="ModelException">The base cannot be loaded.</exception>
    /// <exception cref="DataSetException">The data set is not as it should be.</exception>
    public static TrainingRun Open(RunConfig config, bool restart = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        config = config.Checked();
        var checkpoint = CheckpointPath(config);
        if (!restart && File.Exists(Path.Combine(config.Output, EnsembleManifest.FileName)) && !File.Exists(checkpoint))
        {
            throw new TrainingException($"{config.Output} holds a finished ensemble. Choose another output, or restart to replace it.");
        }

        // what is needed at the end is looked at before the hours of training, not after
        EnsembleWriter.CheckFolder(config.Output);
        var pipeline = InputPipelines.Load(config.Base, config.InputOptions);
        var all = pipeline.OpenForTraining(config);
        var (examples, held) =
            config.CalibrateShare is { } share ? Calibration.Divide(all, share, config.Training.Seed)
            : config.CalibrateSplit is { } other ? (all, pipeline.Open(config.Data, other, all.ClassNames))
            : (all, null);
        var tests = config.TestSplit is null ? null : pipeline.Open(config.Data, config.TestSplit, examples.ClassNames);
        var weights = Weights(config, examples);
        var options = new ModelOptions
        {
            Device = ComputeDevice.Parse(config.Device),
            Dtype = config.Training.BaseType,
            Route = config.Route,
            RepoId = config.BaseId ?? RepositoryFolder.Of(config.Base).RepoId,
            Revision = config.BaseId is null ? RepositoryFolder.Of(config.Base).Revision : null,
        };
        var model = PretrainedModels.Load(config.Base, options);
        try
        {
            var training = config.Training with { ClassWeights = config.Training.ClassWeights ?? weights };
            var claim = OutputClaim.Take(Path.GetDirectoryName(checkpoint)!);
            try
            {
                var trainer = Begin(model, training, examples, checkpoint, restart);
                return new TrainingRun(config, model, examples, tests, held, pipeline, trainer, claim);
            }
            catch
            {
                claim.Dispose();
                throw;
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Trains what remains, measures, and writes the ensemble.</summary>
    /// <param name="progress">Told of every update; may be null.</param>
    /// <param name="measuring">Told how many test examples are predicted; may be null.</param>
    /// <param name="cancellationToken">Stops the run after an update, with a checkpoint to continue from.</param>
    /// <returns>The manifest as written, with what was measured.</returns>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    /// <exception cref="TrainingException">Training diverged.</exception>
    public async Task<EnsembleManifest> RunAsync(
        IProgress<TrainingProgress>? progress = null,
        IProgress<int>? measuring = null,
        CancellationToken cancellationToken = default
    )
    {
        var checkpoint = CheckpointPath(config);
        StoppedWrites.Remove(Path.GetDirectoryName(checkpoint)!);
        await trainer.RunAsync(checkpoint, progress, cancellationToken).ConfigureAwait(false);
        EnsembleManifest manifest;
        using (var system = trainer.ToSystem(config.Output))
        {
            var calibration = Calibrate(system, cancellationToken);
            var metrics = Measure(system, calibration, measuring, cancellationToken);
            manifest = await WriteAsync(system, calibration, metrics, cancellationToken).ConfigureAwait(false);
        }

        File.Delete(checkpoint);
        claim.Dispose();
        return manifest;
    }

    /// <summary>Frees base and trainer, and the output folder for other runs.</summary>
    public void Dispose()
    {
        claim.Dispose();
        trainer.Dispose();
        model.Dispose();
    }

    private static Trainer Begin(PretrainedModel model, TrainingOptions options, LabeledExamples examples, string checkpoint, bool restart)
    {
        var trainer = new Trainer(model, options, examples);
        try
        {
            if (restart && File.Exists(checkpoint))
            {
                File.Delete(checkpoint);
            }

            trainer.TryResume(checkpoint);
            model.AskedRoute = trainer.Route; // members are measured as they were trained
            return trainer;
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }

    /// <summary>Whether a run was begun and is not at its end: its output holds a checkpoint.</summary>
    internal static bool IsUnfinished(RunConfig config) => File.Exists(CheckpointPath(config));

    private static string CheckpointPath(RunConfig config) => Path.Combine(config.Output, ".checkpoint", "state.safetensors");

    private static double[]? Weights(RunConfig config, LabeledExamples examples)
    {
        var counts = examples.CountPerClass();
        var (name, beta) = config.ClassWeighting.Split(':') is [var kind, var number] ? (kind, number) : (config.ClassWeighting, "0.9991");
        return name switch
        {
            "uniform" => null,
            "inverse" => ClassWeights.Inverse(counts),
            "inverse-square-root" => ClassWeights.InverseSquareRoot(counts),
            "effective-number" when double.TryParse(beta, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < 1 =>
                ClassWeights.EffectiveNumber(counts, value),
            _ => throw TrainingException.OfSetting(
                $"class_weighting is {config.ClassWeighting}; it must be uniform, inverse, inverse-square-root, effective-number or effective-number:BETA with BETA in [0, 1)."
            ),
        };
    }

    private Calibration? Calibrate(EnsembleSystem system, CancellationToken cancellationToken)
    {
        if (held is null)
        {
            return null;
        }

        var predictions = Predictor.Predict(system.Model, held, examples.ClassNames, cancellationToken: cancellationToken);
        var on = config.CalibrateSplit is { } split ? $"the {split} split" : $"{config.CalibrateShare} of the {config.Split} split";
        return Calibration.Of(predictions, on, config.TemperatureScope);
    }

    private IReadOnlyList<ManifestMetric>? Measure(
        EnsembleSystem system,
        Calibration? calibration,
        IProgress<int>? measuring,
        CancellationToken cancellationToken
    )
    {
        if (tests is null)
        {
            return null;
        }

        var predictions = Predictor.Predict(
            system.Model,
            tests,
            examples.ClassNames,
            progress: measuring,
            cancellationToken: cancellationToken
        );
        var tempered = calibration is null ? predictions : predictions.WithTemperature(calibration.Temperatures);
        return RunMetrics.Of(tempered, config.DatasetId, config.TestSplit!);
    }

    private async Task<EnsembleManifest> WriteAsync(
        EnsembleSystem system,
        Calibration? calibration,
        IReadOnlyList<ManifestMetric>? metrics,
        CancellationToken cancellationToken
    )
    {
        var command = $"dotnet tool run lorae-hub train --config {config.Output}/{RunConfig.FileName} --restart";
        var training = RunMetrics.Facts(config, trainer, examples.Count, pipeline.TrainingFacts(config));
        if (calibration is not null)
        {
            training["calibration"] = calibration.Facts;
        }

        var facts = new EnsembleManifest
        {
            Id2Label = examples.ClassNames.Index().ToDictionary(pair => $"{pair.Index}", pair => pair.Item),
            ProblemType = "single_label_classification",
            Metrics = metrics,
            Temperature = calibration?.Value,
            Training = training,
        };
        var options = new EnsembleWriterOptions
        {
            Naming = config.Naming,
            License = config.License,
            InputFiles = pipeline.OwnFiles,
            TrainingCommand = command,
            Log = trainer.Log,
        };
        var manifest = await EnsembleWriter
            .WriteSystemAsync(config.Output, system, model.Identity, facts, options, cancellationToken)
            .ConfigureAwait(false);
        await TextFile
            .WriteAsync(Path.Combine(config.Output, RunConfig.FileName), config.ToJson(), cancellationToken)
            .ConfigureAwait(false);
        return manifest;
    }
}
