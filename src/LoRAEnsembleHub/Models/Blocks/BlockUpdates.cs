using LoRAEnsembleHub.Adapters;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>The members' updates of one encoder block; null where a projection is not adapted.</summary>
internal sealed record BlockUpdates
{
    /// <summary>A block that no member adapts.</summary>
    public static BlockUpdates None { get; } = new();

    public LowRank? Query { get; init; }

    public LowRank? Key { get; init; }

    public LowRank? Value { get; init; }

    public LowRank? Output { get; init; }

    public LowRank? FeedForwardIn { get; init; }

    public LowRank? FeedForwardOut { get; init; }

    /// <summary>Whether no projection of the block is adapted.</summary>
    public bool IsEmpty =>
        Query is null && Key is null && Value is null && Output is null && FeedForwardIn is null && FeedForwardOut is null;

    /// <summary>Collects the updates of one block.</summary>
    public static BlockUpdates Of(IReadOnlyDictionary<ProjectionKind, LowRank> updates) =>
        new()
        {
            Query = updates.GetValueOrDefault(ProjectionKind.Query),
            Key = updates.GetValueOrDefault(ProjectionKind.Key),
            Value = updates.GetValueOrDefault(ProjectionKind.Value),
            Output = updates.GetValueOrDefault(ProjectionKind.Output),
            FeedForwardIn = updates.GetValueOrDefault(ProjectionKind.FeedForwardIn),
            FeedForwardOut = updates.GetValueOrDefault(ProjectionKind.FeedForwardOut),
        };

    /// <summary>The same updates for some of the members; views in the current scope.</summary>
    public BlockUpdates Members(long first, long count) =>
        Each(update => new LowRank(update.Down.narrow(0, first, count), update.Up.narrow(0, first, count)));

    /// <summary>The same updates in an element type; these ones where they have it already, else copies in the current scope.</summary>
    public BlockUpdates In(ScalarType dtype) =>
        Each(update => update.Down.dtype == dtype ? update : new LowRank(update.Down.to(dtype), update.Up.to(dtype)));

    private BlockUpdates Each(Func<LowRank, LowRank> change)
    {
        LowRank? Changed(LowRank? update) => update is null ? null : change(update);
        return new()
        {
            Query = Changed(Query),
            Key = Changed(Key),
            Value = Changed(Value),
            Output = Changed(Output),
            FeedForwardIn = Changed(FeedForwardIn),
            FeedForwardOut = Changed(FeedForwardOut),
        };
    }
}
