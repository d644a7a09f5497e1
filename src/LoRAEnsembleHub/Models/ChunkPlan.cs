using TorchSharp;

namespace LoRAEnsembleHub.Models;

/// <summary>How many members and examples are computed together.</summary>
/// <param name="Members">Members per chunk; 1 or more.</param>
/// <param name="Batch">Examples per chunk; 1 or more.</param>
internal readonly record struct ChunkPlan(int Members, long Batch)
{
    // Two members of a ViT-B/16 at a time. All sixteen at once are about a tenth faster there, but peak at nearly twice the base's memory,
    // and the allocator keeps most of that.
    private const long ProcessorBudgetBytes = 24L << 20;

    // A GPU is only kept busy by large products.
    private const long AcceleratorBudgetBytes = 1L << 30;

    /// <summary>Splits members first, because they share the trunk's result only within one run, and the batch when one member alone is too much.</summary>
    public static ChunkPlan For(int members, long batch, long bytesPerExampleAndMember, DeviceType device, ForwardOptions options)
    {
        var budget = options.ActivationBudgetBytes ?? (device == DeviceType.CPU ? ProcessorBudgetBytes : AcceleratorBudgetBytes);
        if (options.MemberChunk is { } fixedChunk)
        {
            return new ChunkPlan(Math.Min(fixedChunk, members), Math.Max(1, batch));
        }

        var pairs = Math.Max(1, budget / Math.Max(1, bytesPerExampleAndMember));
        return pairs >= batch
            ? new ChunkPlan((int)Math.Min(members, Math.Max(1, pairs / Math.Max(1, batch))), Math.Max(1, batch))
            : new ChunkPlan(1, pairs);
    }
}
