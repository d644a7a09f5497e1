using System.Text.Json;
using System.Text.Json.Serialization;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>How an ensemble is trained; the method settings of a run, field for field as they stand in its JSON.</summary>
/// <remarks>
/// Defaults are the final CIFAR settings of LoRA-Ensemble (arXiv 2405.14438 and its code), except that examples are shuffled: the
/// published code keeps one fixed order there, and shuffles elsewhere.
/// </remarks>
public sealed record TrainingOptions
{
    /// <summary>Which system is trained. Settings that it does not have must be left at their defaults.</summary>
    public TrainingMethod Method { get; init; } = TrainingMethod.LoraEnsemble;

    /// <summary>
    /// Members; 1 or more. Of <c>single-lora</c> 1; of <c>mc-dropout</c> the passes of a prediction; of <c>snapshot-ensemble</c> the snapshots.
    /// </summary>
    public int Members { get; init; } = 16;

    /// <summary>Inner size of every update; 1 or more. The update is B A without a factor, so alpha equals the rank.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>The adapted projections.</summary>
    public IReadOnlyList<ProjectionKind> Targets { get; init; } =
    [ProjectionKind.Query, ProjectionKind.Key, ProjectionKind.Value, ProjectionKind.Output];

    /// <summary>The adapted blocks, from 0; null adapts all.</summary>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>How A is drawn; B starts at zero.</summary>
    public FactorInitialization Initialization { get; init; } = FactorInitialization.XavierUniform;

    /// <summary>Gain of the Xavier-uniform draw; above 0. PEFT's own start would be about 0.4 at rank 8.</summary>
    public double InitializationGain { get; init; } = 10;

    /// <summary>Standard deviation of the Gaussian draw; above 0.</summary>
    public double InitializationDeviation { get; init; } = 0.02;

    /// <summary>Which factors of the updates are one for all members.</summary>
    public FactorSharing Sharing { get; init; }

    /// <summary>Probability with which a member sits out an update, which then leaves it as it is; in [0, 1). One at least takes part.</summary>
    public double MemberDropout { get; init; }

    /// <summary>Noise on the weights of explicit members before training, in standard deviations of each tensor; 0 or more.</summary>
    public double NoiseScale { get; init; }

    /// <summary>So many of the last blocks get that noise; 1 or more, null for all.</summary>
    public int? NoiseLayers { get; init; }

    /// <summary>Share of keys that Monte Carlo dropout leaves out of attention; in (0, 1).</summary>
    public double DropProbability { get; init; } = 0.2;

    /// <summary>
    /// Whether a known fault of the published code is repeated, to match its numbers and for nothing else: heads of <c>mc-dropout</c> that are
    /// random and never trained; a learning rate of <c>snapshot-ensemble</c> whose cycles begin with the run instead of with the end of the burn-in.
    /// </summary>
    public bool AsReleased { get; init; }

    /// <summary>
    /// Passes over the data before the first snapshot, at least; 0 or more. As many are added as let the cycles of the other snapshots come out even.
    /// </summary>
    public int BurnInEpochs { get; init; }

    /// <summary>How the scales of a BatchEnsemble are drawn.</summary>
    public ScaleInitialization ScaleInitialization { get; init; } = ScaleInitialization.Gaussian;

    /// <summary>Standard deviation of the Gaussian draw around 1; 0 or more.</summary>
    public double ScaleDeviation { get; init; } = 0.1;

    /// <summary>Whether the weights that the members of a BatchEnsemble share are trained too.</summary>
    public bool TrainShared { get; init; }

    /// <summary>Element type of the frozen base; the base must have been loaded in it. Members and optimizer are Float32.</summary>
    public BaseDtype BaseDtype { get; init; } = BaseDtype.F32;

    /// <summary>Optimizer.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>Highest learning rate; above 0 and at most 1e30.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Decay of the first moment; in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment; in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment; above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Added to the gradient (Adam) or taken off the weights (AdamW); 0 or more.</summary>
    public double WeightDecay { get; init; }

    /// <summary>How the learning rate changes.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Updates over which the rate rises from 0; 0 or more. With any, the first update has rate 0.</summary>
    public int WarmupSteps { get; init; } = 500;

    /// <summary>Updates in all; null takes <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Passes over the data when <see cref="Steps"/> is null; 1 or more.</summary>
    public int Epochs { get; init; } = 16;

    /// <summary>Examples per update; 1 or more. Every member sees the same ones, augmented alike.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Whether the order changes with every epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Highest norm of the gradient; above 0, or null for no clipping.</summary>
    public double? ClipNorm { get; init; } = 1.0;

    /// <summary>What the norm is taken over: all members together as published, or each by itself.</summary>
    public ClipScope ClipScope { get; init; } = ClipScope.Joint;

    /// <summary>Whether a member's gradient is 1/members of its own loss's, as published, or all of it.</summary>
    public MemberReduction MemberReduction { get; init; } = MemberReduction.Mean;

    /// <summary>Weight of every class in the loss, or null for equal ones; only their ratios matter.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>The run's seed; member m starts from seed + m.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Updates between checkpoints; 1 or more.</summary>
    public int CheckpointSteps { get; init; } = 200;

    /// <summary>Whether weights of the base themselves are learned, in copies of it.</summary>
    internal bool LearnsBase =>
        TrainShared || Method is TrainingMethod.ExplicitEnsemble or TrainingMethod.McDropout or TrainingMethod.SnapshotEnsemble;

    /// <summary>The element type as torch names it.</summary>
    internal ScalarType BaseType => BaseDtype == BaseDtype.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>The settings as JSON with sorted names; equal settings give equal text.</summary>
    public string ToJson() => ConfigJson.Write(JsonSerializer.SerializeToNode(this, Json)!);

    /// <summary>Reads settings; fields left out keep their defaults, fields that do not exist are refused.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="TrainingException">It is no such object, or a setting is out of range.</exception>
    public static TrainingOptions Parse(string json, string place)
    {
        try
        {
            return (JsonSerializer.Deserialize<TrainingOptions>(json, Json) ?? throw new JsonException("null is not an object")).Checked();
        }
        catch (JsonException e)
        {
            throw SettingsFault.In(json, e, place);
        }
        catch (TrainingException e)
        {
            throw new TrainingException($"{place}: {e.Message}", e) { IsSetting = e.IsSetting };
        }
    }

    /// <summary>Settings as they are where nothing is said.</summary>
    internal static TrainingOptions Default { get; } = new();

    internal static JsonSerializerOptions Json { get; } =
        new(ConfigJson.Options)
        {
            // null is a setting of its own here, so it is written
            DefaultIgnoreCondition = JsonIgnoreCondition.Never,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            Converters = { new WordConverter() },
        };

    /// <summary>The same settings once every range is proved.</summary>
    /// <exception cref="TrainingException">A setting is out of range; it is named.</exception>
    public TrainingOptions Checked()
    {
        void Need(bool holds, string name, object? found, string needed)
        {
            if (!holds)
            {
                throw TrainingException.OfSetting($"{name} is {found}; it must be {needed}.");
            }
        }

        Need(Members >= 1, "members", Members, "1 or more");
        Need(Rank >= 1, "rank", Rank, "1 or more");
        Need(Targets.Count > 0, "targets", "empty", "one or more of query, key, value, output, feed_forward_in, feed_forward_out");
        Need(InitializationGain > 0, "initialization_gain", InitializationGain, "above 0");
        Need(InitializationDeviation > 0, "initialization_deviation", InitializationDeviation, "above 0");
        Need(LearningRate is > 0 and <= 1e30, "learning_rate", LearningRate, "above 0 and at most 1e30");
        Need(Beta1 is >= 0 and < 1, "beta1", Beta1, "in [0, 1)");
        Need(Beta2 is >= 0 and < 1, "beta2", Beta2, "in [0, 1)");
        Need(Epsilon > 0, "epsilon", Epsilon, "above 0");
        Need(WeightDecay >= 0, "weight_decay", WeightDecay, "0 or more");
        Need(WarmupSteps >= 0, "warmup_steps", WarmupSteps, "0 or more");
        Need(Steps is null or >= 1, "steps", Steps, "1 or more");
        Need(Epochs >= 1, "epochs", Epochs, "1 or more");
        Need(BatchSize >= 1, "batch_size", BatchSize, "1 or more");
        Need(ClipNorm is null or > 0, "clip_norm", ClipNorm, "above 0, or null");
        Need(CheckpointSteps >= 1, "checkpoint_steps", CheckpointSteps, "1 or more");
        Need(
            ClassWeights is null || (ClassWeights.All(weight => weight >= 0) && ClassWeights.Sum() > 0),
            "class_weights",
            ClassWeights is null ? null : string.Join(", ", ClassWeights),
            "0 or more each, and not all 0"
        );
        CheckMethod(Need);
        MethodSettings.RefuseOthers(this);
        if (Method == TrainingMethod.SnapshotEnsemble)
        {
            SnapshotSchedule.Of(this, Steps ?? Epochs); // what does not divide is told before anything is trained
        }

        return this;
    }

    private void CheckMethod(Action<bool, string, object?, string> need)
    {
        var method = MethodSettings.WordOf(Method);
        need(Method != TrainingMethod.SingleLora || Members == 1, "members", Members, $"1 with the method {method}");
        need(MemberDropout is >= 0 and < 1, "member_dropout", MemberDropout, "in [0, 1)");
        need(NoiseScale >= 0 && double.IsFinite(NoiseScale), "noise_scale", NoiseScale, "0 or more");
        need(NoiseLayers is null or >= 1, "noise_layers", NoiseLayers, "1 or more, or null for all");
        need(NoiseLayers is null || NoiseScale > 0, "noise_layers", NoiseLayers, "left out where noise_scale is 0");
        need(DropProbability is > 0 and < 1, "drop_probability", DropProbability, "in (0, 1)");
        need(BurnInEpochs >= 0, "burn_in_epochs", BurnInEpochs, "0 or more");
        need(ScaleDeviation >= 0 && double.IsFinite(ScaleDeviation), "scale_deviation", ScaleDeviation, "0 or more");
        CheckStart(need);
        need(
            !LearnsBase || BaseDtype == BaseDtype.F32,
            "base_dtype",
            "bfloat16",
            $"float32 with the method {method}{(TrainShared ? " and train_shared" : "")}, because weights of the base are learned"
        );
        need(
            ClipScope == ClipScope.Joint || (!TrainShared && Sharing == FactorSharing.None),
            "clip_scope",
            "member",
            "joint where members share what they learn"
        );
        need(
            Method != TrainingMethod.SnapshotEnsemble || Schedule == ScheduleKind.Cosine,
            "schedule",
            WordConverter.Word(Schedule),
            $"cosine with the method {method}, whose cycles are cosines"
        );
        need(
            Schedule != ScheduleKind.EpochStep || WarmupSteps == 0 || WarmupSteps == Default.WarmupSteps,
            "warmup_steps",
            WarmupSteps,
            "0 or left out with the schedule epoch_step, which has no rise"
        );
    }

    // What a way of drawing does not use would be ignored.
    private void CheckStart(Action<bool, string, object?, string> need)
    {
        need(
            Initialization == FactorInitialization.XavierUniform || InitializationGain == Default.InitializationGain,
            "initialization_gain",
            InitializationGain,
            $"left out with the initialization {WordConverter.Word(Initialization)}"
        );
        need(
            Initialization == FactorInitialization.Gaussian || InitializationDeviation == Default.InitializationDeviation,
            "initialization_deviation",
            InitializationDeviation,
            $"left out with the initialization {WordConverter.Word(Initialization)}"
        );
        need(
            ScaleInitialization == ScaleInitialization.Gaussian || ScaleDeviation == Default.ScaleDeviation,
            "scale_deviation",
            ScaleDeviation,
            $"left out with the scale_initialization {WordConverter.Word(ScaleInitialization)}"
        );
    }
}

/// <summary>How the factor A of every update is drawn at the start.</summary>
public enum FactorInitialization
{
    /// <summary>Uniform in ± gain · √(6 / (in + rank)); the published final runs, with gain 10.</summary>
    XavierUniform,

    /// <summary>Uniform in ± 1 / √in: Kaiming-uniform with a² = 5, PEFT's own default.</summary>
    KaimingUniform,

    /// <summary>Normal with mean 0.</summary>
    Gaussian,
}

/// <summary>First-order optimizers.</summary>
public enum OptimizerKind
{
    /// <summary>Kingma and Ba 2015; weight decay joins the gradient.</summary>
    Adam,

    /// <summary>Loshchilov and Hutter 2019; weight decay is taken off the weights.</summary>
    AdamW,
}

/// <summary>Whose gradients are measured together when they are clipped.</summary>
public enum ClipScope
{
    /// <summary>One norm over the parameters of all members.</summary>
    Joint,

    /// <summary>One norm per member.</summary>
    Member,
}

/// <summary>How the members' losses become one number.</summary>
public enum MemberReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum; every member learns as if it were alone.</summary>
    Sum,
}
