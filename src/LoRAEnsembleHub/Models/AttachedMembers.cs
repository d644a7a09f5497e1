using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>A set of members in the form that a forward pass needs: updates by block, heads stacked by members.</summary>
/// <param name="Count">Members; 1 or more.</param>
/// <param name="Blocks">One entry per encoder block.</param>
/// <param name="Head">Stacked head parameters by name, [members, …]; empty when the members use the base's own head.</param>
internal sealed record AttachedMembers(int Count, IReadOnlyList<BlockUpdates> Blocks, IReadOnlyDictionary<string, Tensor> Head)
{
    /// <summary>The first block that a member adapts; up to there one computation serves all members.</summary>
    public int FirstAdapted { get; } =
        Blocks.Index().Where(block => !block.Item.IsEmpty).Select(block => block.Index).FirstOrDefault(Blocks.Count);

    /// <summary>The same members with their updates in the element type of a base; gradients flow back into those given. Heads stay as they are.</summary>
    public AttachedMembers WithUpdatesIn(ScalarType dtype) => this with { Blocks = [.. Blocks.Select(block => block.In(dtype))] };

    /// <summary>Some of the members; views in the current scope.</summary>
    public AttachedMembers Members(long first, long count) =>
        first == 0 && count == Count
            ? this
            : new(
                (int)count,
                [.. Blocks.Select(block => block.IsEmpty ? block : block.Members(first, count))],
                Head.ToDictionary(entry => entry.Key, entry => entry.Value.narrow(0, first, count))
            );
}
