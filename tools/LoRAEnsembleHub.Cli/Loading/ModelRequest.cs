using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using TorchSharp;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>What to compute with.</summary>
/// <param name="Base">Folder of the base; null for an ensemble that brings all its weights.</param>
internal sealed record ModelRequest(string? Base)
{
    /// <summary>Folder of the ensemble, or null for the base alone.</summary>
    public string? Ensemble { get; init; }

    /// <summary>The members to use, in this order, or null for all.</summary>
    public IReadOnlyList<int>? Members { get; init; }

    /// <summary>Name of the device.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>BFloat16 instead of Float32.</summary>
    public bool UsesBFloat16 { get; init; }

    /// <summary>How products with the base's weights are computed.</summary>
    public ProductRoute Route { get; init; } = ProductRoute.Automatic;

    /// <summary>Whether a base with other weights than the manifest's will do.</summary>
    public bool AllowBaseMismatch { get; init; }

    /// <summary>How models are loaded for it.</summary>
    public ModelOptions Options =>
        new()
        {
            Device = ComputeDevice.Parse(Device),
            Dtype = UsesBFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32,
            Route = Route,
        };
}
