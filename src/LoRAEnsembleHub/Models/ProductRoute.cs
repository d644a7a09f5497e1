namespace LoRAEnsembleHub.Models;

/// <summary>How the products of activations with frozen weights are computed in Float32 on the CPU; the results agree up to rounding.</summary>
/// <remarks>
/// libtorch hands plain products to its BLAS and convolutions to oneDNN. On processors for which that BLAS is not made, oneDNN can be twice
/// as fast; on others both are alike. The library's own products save what both spend on bringing weights into order for every product. Elsewhere than in Float32 on the CPU all products are plain ones, whatever is chosen.
/// </remarks>
public enum ProductRoute
{
    /// <summary>Whichever was faster in a short trial on this machine, made once per process and model width.</summary>
    Automatic,

    /// <summary>Plain matrix products.</summary>
    Matrix,

    /// <summary>1 × 1 convolutions over the same memory; nothing is copied or kept.</summary>
    Convolution,

    /// <summary>
    /// The library's own products, in predictions: weights are put in order block by block for the rows of all members, whose updates are part
    /// of the same sums. Needs a processor with AVX2 or AVX-512; elsewhere, and in training, products are plain ones.
    /// </summary>
    Blocked,
}
