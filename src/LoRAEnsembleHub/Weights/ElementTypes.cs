using static TorchSharp.torch;

namespace LoRAEnsembleHub.Weights;

/// <summary>Sizes of the floating-point types that weights and activations come in.</summary>
internal static class ElementTypes
{
    /// <summary>Bytes per number.</summary>
    public static int Bytes(this ScalarType type) =>
        type switch
        {
            ScalarType.Float64 => 8,
            ScalarType.Float32 => 4,
            ScalarType.Float16 or ScalarType.BFloat16 => 2,
            _ => throw new NotSupportedException($"{type} is not a floating-point type that weights come in."),
        };
}
