using TorchSharp;

namespace LoRAEnsembleHub.Native;

/// <summary>The number of threads that torch computes with, on whichever thread a computation happens to run.</summary>
/// <remarks>
/// torch keeps one number for the process but hands it to the matrix library per thread, and only once a thread asks for it (ATen,
/// ParallelOpenMP.cpp). Until then a thread that work went on on after an await multiplies with all processors, whatever was set; on some
/// processors that also changes the last bits of the result.
/// </remarks>
internal static class ComputeThreads
{
    /// <summary>Makes the number hold on the current thread.</summary>
    public static void Apply() => _ = torch.get_num_threads();
}
