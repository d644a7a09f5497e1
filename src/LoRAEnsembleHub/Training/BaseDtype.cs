using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Training;

/// <summary>Element type of the frozen base and of what is computed with it while members are trained.</summary>
/// <remarks>Members, heads, loss and optimizer state are float32 in any case, and so are the members that a run writes.</remarks>
public enum BaseDtype
{
    /// <summary>float32.</summary>
    [JsonStringEnumMemberName("float32")]
    F32,

    /// <summary>bfloat16: half the memory; faster on processors with bfloat16 products, and much slower on those without.</summary>
    [JsonStringEnumMemberName("bfloat16")]
    Bf16,
}
