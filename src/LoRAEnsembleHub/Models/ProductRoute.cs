namespace LoRAEnsembleHub.Models;

/// <summary>How the products of activations with frozen weights are computed in Float32 on the CPU; the results agree up to rounding.</summary>
/// <remarks>
/// libtorch hands plain products to its BLAS and convolutions to oneDNN. On processors for which that BLAS is not made, oneDNN can be twice
/// as fast; on others both are alike. Elsewhere than in Float32 on the CPU all products are plain ones, whatever is chosen.
/// </remarks>
public enum ProductRoute
{
    /// <summary>Whichever was faster in a short trial on this machine, made once per process and model width.</summary>
    Automatic,

    /// <summary>Plain matrix products.</summary>
    Matrix,

    /// <summary>1 × 1 convolutions over the same memory; nothing is copied or kept.</summary>
    Convolution,
}
