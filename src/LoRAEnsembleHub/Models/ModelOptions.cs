using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>How a pretrained model is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Where weights live and computing happens; null means the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Element type of weights and activations: Float32, or BFloat16 for inference at lower precision.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    /// <summary>How products with frozen weights are computed; name a route to get the same last bits on every machine of a kind.</summary>
    public ProductRoute Route { get; init; } = ProductRoute.Automatic;

    /// <summary>The repository that the folder is a copy of, such as <c>lorae/vit-glyphs-small</c>; null when unknown.</summary>
    public string? RepoId { get; init; }

    /// <summary>The commit of that repository, 40 hexadecimal digits, or null.</summary>
    public string? Revision { get; init; }

    internal Device DeviceOrCpu => Device ?? CPU;
}
