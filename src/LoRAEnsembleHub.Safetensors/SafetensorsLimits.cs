namespace LoRAEnsembleHub.Safetensors;

/// <summary>Bounds that hold for reading and for writing.</summary>
/// <remarks>
/// Only the first is the format's own. The others keep a small hostile file from asking for much memory; real checkpoints stay far below
/// them. Besides these, a dimension above 2^63 − 1 is refused even where another dimension is 0.
/// </remarks>
public static class SafetensorsLimits
{
    /// <summary>The longest header, in bytes (safetensors 0.8, tensor.rs).</summary>
    public const int MaxHeaderBytes = 100_000_000;

    /// <summary>The most tensors in one file.</summary>
    public const int MaxTensors = 1_000_000;

    /// <summary>The most dimensions of a tensor.</summary>
    public const int MaxRank = 1024;

    /// <summary>The longest tensor name, in UTF-16 characters.</summary>
    public const int MaxNameLength = 65_536;
}
