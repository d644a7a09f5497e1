namespace LoRAEnsembleHub.Benchmarks.Memory;

/// <summary>What one fresh process measured of itself.</summary>
internal sealed record ProbeReport
{
    /// <summary>After loading, before the first prediction.</summary>
    public required ResidentMemory Loaded { get; init; }

    /// <summary>After the first prediction.</summary>
    public required ResidentMemory AfterOne { get; init; }

    /// <summary>After the last prediction.</summary>
    public required ResidentMemory AfterAll { get; init; }

    /// <summary>Bytes of the attached members; 0 for the base alone.</summary>
    public required long AdapterBytes { get; init; }

    /// <summary>Tensors alive after the first prediction.</summary>
    public required long TensorsAfterOne { get; init; }

    /// <summary>Tensors alive after the last prediction.</summary>
    public required long TensorsAfterAll { get; init; }

    /// <summary>Median time of a prediction.</summary>
    public required double PredictionMilliseconds { get; init; }

    /// <summary>Time of the first swap to a set never attached before; null for the base alone.</summary>
    public double? FirstSwapMilliseconds { get; init; }

    /// <summary>Median of the swaps after it; null for the base alone.</summary>
    public double? MedianSwapMilliseconds { get; init; }

    /// <summary>Longest of the swaps after it, which on a busy machine is a wait for a processor; null for the base alone.</summary>
    public double? LongestSwapMilliseconds { get; init; }
}
