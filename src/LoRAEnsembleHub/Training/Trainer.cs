using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>Trains an ensemble by one of the methods, from one base: the loop that they all share.</summary>
/// <remarks>
/// LoRA-Ensemble (arXiv 2405.14438), section 3: all members see the same batches, the loss is the mean of their losses, and they differ
/// by their starting values alone. What is learned, and how a batch moves it, is the method's. On the CPU a run is determined by base, data, settings and the number of threads: a run that was
/// stopped and resumed from its checkpoint ends with the same bytes.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private const long OrderStream = 1;
    private const long DropoutStream = 2;

    private readonly PretrainedModel model;
    private readonly TrainingOptions options;
    private readonly LabeledExamples examples;
    private readonly TrainableSystem system;
    private readonly AdamOptimizer optimizer;
    private readonly Func<int, double> multiplierAt;
    private readonly Tensor? classWeights;
    private readonly int stepsPerEpoch;
    private TrainingLogRecorder recorder;
    private int[]? memberSteps;
    private BatchesAhead? ahead;

    /// <summary>Prepares a run from fresh members.</summary>
    /// <param name="model">The base; not changed, not disposed. Members attached to it play no part.</param>
    /// <param name="options">Settings.</param>
    /// <param name="examples">Training data.</param>
    /// <exception cref="TrainingException">A setting is out of range or does not fit the data.</exception>
    public Trainer(PretrainedModel model, TrainingOptions options, LabeledExamples examples)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(examples);
        (this.model, this.options, this.examples) = (model, options.Checked(), examples);
        if (examples.Count == 0)
        {
            throw new TrainingException($"{examples.Name} has no examples to train on.");
        }

        if (model.Dtype != options.BaseType)
        {
            throw new TrainingException(
                $"The base was loaded in {model.Dtype}; base_dtype asks for {options.BaseType}. Load it with that Dtype, or change base_dtype."
            );
        }

        var classes = examples.ClassNames.Count;
        if (options.ClassWeights is { } weights && weights.Count != classes)
        {
            throw TrainingException.OfSetting($"class_weights has {weights.Count} numbers; {examples.Name} has {classes} classes.");
        }

        Route = model.Route;
        stepsPerEpoch = (examples.Count + options.BatchSize - 1) / options.BatchSize;
        TotalSteps = options.Steps ?? options.Epochs * stepsPerEpoch;
        recorder = new TrainingLogRecorder(TotalSteps);
        var snapshots = options.Method == TrainingMethod.SnapshotEnsemble ? SnapshotSchedule.Of(options, TotalSteps) : null;
        var schedule = new LearningRateSchedule(options.Schedule, options.WarmupSteps, TotalSteps, stepsPerEpoch);
        multiplierAt = snapshots is null ? schedule.MultiplierAt : snapshots.MultiplierAt;
        memberSteps = MemberDropout.Counts(options, 0);
        using var scope = NewDisposeScope();
        system = TrainableSystems.Draw(model, options, examples.ClassNames, snapshots);
        optimizer = new AdamOptimizer(system.Parameters, options);
        classWeights = options.ClassWeights is null
            ? null
            : tensor(options.ClassWeights.Select(weight => (float)weight).ToArray(), device: model.Device).DetachFromDisposeScope();
    }

    /// <summary>Updates done.</summary>
    public int Step { get; private set; }

    /// <summary>Updates in all.</summary>
    public int TotalSteps { get; }

    /// <summary>Numbers that are learned.</summary>
    public long ParameterCount => system.Parameters.Values.Sum(parameter => parameter.numel());

    /// <summary>How the loss fell so far, also before a run was taken up again.</summary>
    public TrainingLog Log => recorder.Log;

    internal TrainingLogRecorder Recorder => recorder;

    internal TrainableSystem System => system;

    internal AdamOptimizer Optimizer => optimizer;

    /// <summary>How products with the base's weights are computed; a resumed run goes on as it began.</summary>
    internal ProductRoute Route { get; private set; }

    /// <summary>Makes one update with the next batch.</summary>
    /// <exception cref="TrainingException">The loss or a gradient is no longer finite; the members are as before the update.</exception>
    public TrainingProgress Update()
    {
        using var scope = NewDisposeScope();
        ahead ??= new BatchesAhead(examples, BatchesFrom(Step));
        try
        {
            var (indices, epoch, inputs) = ahead.Next();
            using var labels = tensor(indices.Select(index => (long)examples.Label(index)).ToArray(), device: model.Device);
            return Update(inputs, labels, epoch!.Value);
        }
        catch
        {
            StopAhead(); // the update was not made, and may be tried again
            throw;
        }
    }

    /// <summary>Makes the updates that remain, with a checkpoint now and then.</summary>
    /// <param name="checkpoint">A file to write; null writes none.</param>
    /// <param name="progress">Told of every update; may be null.</param>
    /// <param name="cancellationToken">Stops the run after an update; a checkpoint of that point is written first.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    /// <exception cref="TrainingException">A loss, a gradient or a parameter is no longer finite; an earlier checkpoint stays as it is.</exception>
    public async Task RunAsync(
        string? checkpoint = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var fingerprint = checkpoint is null ? "" : Fingerprint();
        while (Step < TotalSteps)
        {
            var done = Update(); // not inside the call below, which evaluates nothing when nobody listens
            progress?.Report(done);
            var stopped = cancellationToken.IsCancellationRequested;
            if (stopped || Step % options.CheckpointSteps == 0 || Step == TotalSteps)
            {
                EnsureFinite();
                if (checkpoint is not null)
                {
                    await TrainingCheckpoint.WriteAsync(checkpoint, this, fingerprint, CancellationToken.None).ConfigureAwait(false);
                }
            }

            if (stopped)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Takes up a run where its checkpoint left it.</summary>
    /// <param name="checkpoint">The file that an earlier run wrote.</param>
    /// <returns>False when there is no such file; the run then starts at its beginning.</returns>
    /// <exception cref="TrainingException">The checkpoint belongs to other settings, data or weights; nothing was changed.</exception>
    public bool TryResume(string checkpoint)
    {
        if (!File.Exists(checkpoint))
        {
            return false;
        }

        (Step, Route, recorder) = TrainingCheckpoint.Read(checkpoint, this, Fingerprint());
        memberSteps = MemberDropout.Counts(options, Step);
        StopAhead();
        return true;
    }

    /// <summary>The system as it is now, ready to predict and to be written.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <returns>
    /// The caller disposes it, before the trainer. Whole networks share the memory of what is trained, so do not go on training while they are
    /// in use. Members on the base are attached to it until the system is disposed; what was attached before is then put back.
    /// </returns>
    /// <exception cref="InvalidOperationException">A snapshot ensemble has no snapshot yet.</exception>
    public EnsembleSystem ToSystem(string name) => system.ToSystem(name, Route);

    /// <summary>The LoRA members as they are now.</summary>
    /// <param name="name">What the set is called in messages.</param>
    /// <returns>A value of its own; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The method trains something else; see <see cref="ToSystem"/>.</exception>
    public AdapterSet ToAdapterSet(string name) =>
        system is TrainableMembers members
            ? members.ToAdapterSet(name)
            : throw new InvalidOperationException($"{MethodSettings.WordOf(options.Method)} has no LoRA members; use ToSystem.");

    /// <summary>Frees parameters and optimizer state.</summary>
    public void Dispose()
    {
        StopAhead();
        system.Dispose();
        optimizer.Dispose();
        classWeights?.Dispose();
    }

    /// <summary>One update on a given batch.</summary>
    internal TrainingProgress Update(IReadOnlyDictionary<string, Tensor> inputs, Tensor labels, int epoch)
    {
        ComputeThreads.Apply();
        using var scope = NewDisposeScope();
        using var dropout = new Generator(new SeededRandom(options.Seed, DropoutStream, Step).NextUInt64(), model.Device);
        var gradients = system.Learn(new TrainingBatch(inputs, labels, classWeights, Step, dropout, Route));
        if (!double.IsFinite(gradients.Loss))
        {
            throw Diverged($"the loss is {gradients.Loss}");
        }

        var norm = GradientClip.Apply(system.ByOwner(gradients.ByName), options.ClipNorm, options.ClipScope);
        if (!double.IsFinite(norm))
        {
            throw Diverged($"the norm of the gradient is {norm}");
        }

        var rate = options.LearningRate * multiplierAt(Step);
        optimizer.Step(gradients.ByName, rate, Step + 1, RowsOf(gradients));
        Step++;
        system.Updated(Step);
        recorder.Add(Step, gradients.Loss, rate, gradients.MemberLosses);
        return new TrainingProgress(Step, TotalSteps, epoch, gradients.Loss, rate, norm);
    }

    /// <summary>The members that an update moves, where some sit out, each with the number of its own update.</summary>
    private (int Count, IReadOnlyList<(int Member, int Step)> Moved)? RowsOf(Gradients gradients) =>
        memberSteps is null || gradients.Members is not { } members
            ? null
            : (options.Members, [.. members.Select(member => (member, ++memberSteps[member]))]);

    /// <summary>An update may overflow although loss and gradient are finite; such members are never written.</summary>
    private void EnsureFinite()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, parameter) in system.Parameters)
        {
            if (!parameter.isfinite().all().item<bool>())
            {
                throw Diverged(Step, $"{name} holds numbers that are not finite", "");
            }
        }
    }

    private TrainingException Diverged(string what) => Diverged(Step + 1, what, " The members are as before this update.");

    private TrainingException Diverged(int update, string what, string state) =>
        new(
            $"Training diverged at update {update} of {TotalSteps}: {what}.{state} "
                + "Try a lower learning_rate or initialization_gain, more warmup_steps, or a smaller clip_norm."
        );

    private void StopAhead()
    {
        ahead?.Dispose();
        ahead = null;
    }

    private IEnumerable<(int[] Indices, int? Epoch)> BatchesFrom(int step)
    {
        for (var epoch = step / stepsPerEpoch; ; epoch++)
        {
            var order = options.Shuffle
                ? new SeededRandom(options.Seed, OrderStream, epoch).NextPermutation(examples.Count)
                : [.. Enumerable.Range(0, examples.Count)];
            foreach (var batch in order.Chunk(options.BatchSize).Skip(step - (epoch * stepsPerEpoch)))
            {
                yield return (batch, epoch);
            }

            step = (epoch + 1) * stepsPerEpoch;
        }
    }

    /// <summary>What a checkpoint must agree on: settings, base and data.</summary>
    private string Fingerprint() => TrainingCheckpoint.Fingerprint(options, model.Identity, examples);
}
