using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>Trains the members of a LoRA ensemble together on one frozen base.</summary>
/// <remarks>
/// LoRA-Ensemble (arXiv 2405.14438), section 3: all members see the same batches, the loss is the mean of their losses, and they differ
/// by their starting values alone. On the CPU a run is determined by base, data, settings and the number of threads: a run that was
/// stopped and resumed from its checkpoint ends with the same bytes.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private const long OrderStream = 1;
    private const long DropoutStream = 2;

    private readonly PretrainedModel model;
    private readonly TrainingOptions options;
    private readonly LabeledExamples examples;
    private readonly TrainableMembers members;
    private readonly AdamOptimizer optimizer;
    private readonly LearningRateSchedule schedule;
    private readonly Tensor? classWeights;
    private readonly int stepsPerEpoch;
    private BatchesAhead? ahead;

    /// <summary>Prepares a run from fresh members.</summary>
    /// <param name="model">The frozen base; not changed, not disposed. Adapters attached to it play no part.</param>
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
            throw new TrainingException($"class_weights has {weights.Count} numbers; {examples.Name} has {classes} classes.");
        }

        Route = model.Route;
        stepsPerEpoch = (examples.Count + options.BatchSize - 1) / options.BatchSize;
        TotalSteps = options.Steps ?? options.Epochs * stepsPerEpoch;
        schedule = new LearningRateSchedule(options.Schedule, options.WarmupSteps, TotalSteps, stepsPerEpoch);
        using var scope = NewDisposeScope();
        members = TrainableMembers.Draw(model.Catalogue, options, classes, model.Device);
        optimizer = new AdamOptimizer(members.Parameters, options);
        classWeights = options.ClassWeights is null
            ? null
            : tensor(options.ClassWeights.Select(weight => (float)weight).ToArray(), device: model.Device).DetachFromDisposeScope();
    }

    /// <summary>Updates done.</summary>
    public int Step { get; private set; }

    /// <summary>Updates in all.</summary>
    public int TotalSteps { get; }

    /// <summary>Numbers that are learned.</summary>
    public long ParameterCount => members.Parameters.Values.Sum(parameter => parameter.numel());

    internal TrainableMembers Members => members;

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

        (Step, Route) = TrainingCheckpoint.Read(checkpoint, this, Fingerprint());
        StopAhead();
        return true;
    }

    /// <summary>The members as they are now.</summary>
    /// <param name="name">What the set is called in messages.</param>
    /// <returns>A value of its own; the caller disposes it.</returns>
    public AdapterSet ToAdapterSet(string name) =>
        members.ToAdapterSet(
            name,
            [
                .. Enumerable
                    .Range(0, options.Members)
                    .Select(member => new AdapterMember { Name = $"member-{member:00}", Seed = options.Seed + member }),
            ]
        );

    /// <summary>Frees parameters and optimizer state.</summary>
    public void Dispose()
    {
        StopAhead();
        members.Dispose();
        optimizer.Dispose();
        classWeights?.Dispose();
    }

    /// <summary>One update on a given batch.</summary>
    internal TrainingProgress Update(IReadOnlyDictionary<string, Tensor> inputs, Tensor labels, int epoch)
    {
        ComputeThreads.Apply();
        using var scope = NewDisposeScope();
        using var dropout = new Generator(new SeededRandom(options.Seed, DropoutStream, Step).NextUInt64(), model.Device);
        var logits = model.ForwardForTraining(inputs, members.View, dropout, Route).to(ScalarType.Float32); // [members, batch, classes]
        var loss = EnsembleLoss.Of(logits, labels, classWeights, options.MemberReduction);
        var value = (double)loss.item<float>();
        if (!double.IsFinite(value))
        {
            throw Diverged($"the loss is {value}");
        }

        string[] names = [.. members.Parameters.Keys];
        var gradients = autograd.grad([loss], [.. members.Parameters.Values]);
        var norm = GradientClip.Apply([.. gradients], options.ClipNorm, options.ClipScope);
        if (!double.IsFinite(norm))
        {
            throw Diverged($"the norm of the gradient is {norm}");
        }

        var rate = options.LearningRate * schedule.MultiplierAt(Step);
        optimizer.Step(names.Zip(gradients).ToDictionary(pair => pair.First, pair => pair.Second), rate, Step + 1);
        Step++;
        return new TrainingProgress(Step, TotalSteps, epoch, value, rate, norm);
    }

    /// <summary>An update may overflow although loss and gradient are finite; such members are never written.</summary>
    private void EnsureFinite()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, parameter) in members.Parameters)
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
