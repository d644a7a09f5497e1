using LoRAEnsembleHub.Adapters;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>The members' updates of one encoder block; null where a projection is not adapted.</summary>
internal sealed record BlockUpdates
{
    /// <summary>A block that no member adapts.</summary>
    public static BlockUpdates None { get; } = new();

    public MemberUpdate? Query { get; init; }

    public MemberUpdate? Key { get; init; }

    public MemberUpdate? Value { get; init; }

    public MemberUpdate? Output { get; init; }

    public MemberUpdate? FeedForwardIn { get; init; }

    public MemberUpdate? FeedForwardOut { get; init; }

    /// <summary>The updates that there are.</summary>
    public IEnumerable<MemberUpdate> All => new[] { Query, Key, Value, Output, FeedForwardIn, FeedForwardOut }.OfType<MemberUpdate>();

    /// <summary>Whether no projection of the block is adapted.</summary>
    public bool IsEmpty => !All.Any();

    /// <summary>Collects the updates of one block.</summary>
    public static BlockUpdates Of(IReadOnlyDictionary<ProjectionKind, MemberUpdate> updates) =>
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
    public BlockUpdates Members(long first, long count) => Each(update => update.Members(first, count));

    /// <summary>The same updates in an element type; these ones where they have it already, else copies in the current scope.</summary>
    public BlockUpdates In(ScalarType dtype) => Each(update => update.In(dtype));

    private BlockUpdates Each(Func<MemberUpdate, MemberUpdate> change)
    {
        MemberUpdate? Changed(MemberUpdate? update) => update is null ? null : change(update);
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
