using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>A set of members in the form that a forward pass needs: updates by block, heads stacked by members.</summary>
/// <param name="Count">Members; 1 or more.</param>
/// <param name="Blocks">One entry per encoder block.</param>
/// <param name="Head">Stacked head parameters by name, [members, …]; empty when the members use the base's own head.</param>
internal sealed record AttachedMembers(int Count, IReadOnlyList<BlockUpdates> Blocks, IReadOnlyDictionary<string, Tensor> Head)
{
    private static readonly Dictionary<string, Tensor> noHead = [];

    /// <summary>What is dropped from the attention of every member, or null.</summary>
    public KeyDropout? KeyDropout { get; init; }

    /// <summary>Where these members begin among those of the whole set.</summary>
    public int First { get; init; }

    /// <summary>The first block that members compute differently; up to there one computation serves all of them.</summary>
    public int FirstAdapted => KeyDropout is null ? Blocks.TakeWhile(block => block.IsEmpty).Count() : 0;

    /// <summary>Members without updates or heads of their own.</summary>
    /// <param name="count">How many.</param>
    /// <param name="blocks">Encoder blocks of the model.</param>
    public static AttachedMembers Plain(int count, int blocks) => new(count, [.. Enumerable.Repeat(BlockUpdates.None, blocks)], noHead);

    /// <summary>The same members with their updates in the element type of a base; gradients flow back into those given. Heads stay as they are.</summary>
    public AttachedMembers WithUpdatesIn(ScalarType dtype) => this with { Blocks = [.. Blocks.Select(block => block.In(dtype))] };

    /// <summary>Some of the members; views in the current scope.</summary>
    public AttachedMembers Members(long first, long count) =>
        first == 0 && count == Count
            ? this
            : this with
            {
                Count = (int)count,
                First = First + (int)first,
                Blocks = [.. Blocks.Select(block => block.IsEmpty ? block : block.Members(first, count))],
                Head = Head.ToDictionary(entry => entry.Key, entry => entry.Value.narrow(0, first, count)),
            };
}
