using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Training;

/// <summary>The systems that can be trained; their words are those of manifests and settings.</summary>
/// <remarks>LoRA-Ensemble (arXiv 2405.14438), section 4, and what its reviewers asked for.</remarks>
public enum TrainingMethod
{
    /// <summary>Members with low-rank updates and heads of their own on one frozen base.</summary>
    [JsonStringEnumMemberName("lora-ensemble")]
    LoraEnsemble,

    /// <summary>One network with a low-rank update: an ensemble of one.</summary>
    [JsonStringEnumMemberName("single-lora")]
    SingleLora,

    /// <summary>Whole networks, each trained in all its weights; one member is the plain single network.</summary>
    [JsonStringEnumMemberName("explicit-ensemble")]
    ExplicitEnsemble,

    /// <summary>One whole network whose attention drops keys at random, in training and in every pass of a prediction.</summary>
    [JsonStringEnumMemberName("mc-dropout")]
    McDropout,

    /// <summary>One whole network whose states at the ends of learning-rate cycles are the members.</summary>
    [JsonStringEnumMemberName("snapshot-ensemble")]
    SnapshotEnsemble,

    /// <summary>Shared weights that every member scales by a rank-one factor of its own.</summary>
    [JsonStringEnumMemberName("batch-ensemble")]
    BatchEnsemble,

    /// <summary>Heads alone on one frozen base; written as LoRA members whose update is zero.</summary>
    [JsonStringEnumMemberName("head-only")]
    HeadOnly,
}

/// <summary>Which factors of the low-rank updates all members share.</summary>
public enum FactorSharing
{
    /// <summary>None: every member has an A and a B of its own, as published.</summary>
    None,

    /// <summary>A is one for all members, which then differ by B and head.</summary>
    A,

    /// <summary>B is one for all members, which then differ by A and head.</summary>
    B,
}

/// <summary>How the scales of a BatchEnsemble are drawn at the start.</summary>
public enum ScaleInitialization
{
    /// <summary>Normal with mean 1: close to the base, which a frozen one needs.</summary>
    Gaussian,

    /// <summary>1 or −1, equally likely; as published, where the shared weights are trained from the beginning.</summary>
    RandomSigns,
}
