using TorchSharp;

namespace LoRAEnsembleHub.Adapters;

/// <summary>What is known of one member of a set, apart from its numbers.</summary>
public sealed record AdapterMember
{
    /// <summary>Its folder's name, such as <c>member-00</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The seed it was initialised with, or null.</summary>
    public long? Seed { get; init; }

    /// <summary>The element type its file uses; numbers in memory are Float32.</summary>
    public torch.ScalarType Stored { get; init; } = torch.ScalarType.Float32;
}
