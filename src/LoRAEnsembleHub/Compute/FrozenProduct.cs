using LoRAEnsembleHub.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Compute;

/// <summary>x Wᵀ + b for weights that members share, by one of several routes; gradients flow to all three where they are wanted.</summary>
internal static class FrozenProduct
{
    // oneDNN brings the weights into an order of its own for every product; a few rows do not repay that.
    private const long FewestRowsForConvolution = 16;

    /// <summary>Computes the product.</summary>
    /// <param name="x">[members or 1, rows, in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="route">A decided route: not <see cref="ProductRoute.Automatic"/>.</param>
    /// <returns>[members or 1, rows, out], fresh, in the caller's scope.</returns>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias, ProductRoute route) =>
        route switch
        {
            ProductRoute.Convolution when HasRoutes(x.device, x.dtype) && x.size(0) * x.size(1) >= FewestRowsForConvolution => Convolved(
                x,
                weight,
                bias
            ),
            ProductRoute.Blocked when BlockedProduct.Fits(x, weight, bias) => BlockedProduct.Of(x, weight, bias),
            _ => nn.functional.linear(x, weight, bias),
        };

    /// <summary>Whether there is more than one route for numbers of this kind.</summary>
    public static bool HasRoutes(Device device, ScalarType dtype) => device.type == DeviceType.CPU && dtype == ScalarType.Float32;

    /// <summary>Rows become the pixels of a picture one pixel high, whose channels are last in memory as they are.</summary>
    private static Tensor Convolved(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var picture = x.transpose(1, 2).unsqueeze(2); // [members or 1, in, 1, rows]
        var kernel = weight.unsqueeze(-1).unsqueeze(-1); // [out, in, 1, 1]
        var product = nn.functional.conv2d(picture, kernel, bias).squeeze(2); // [members or 1, out, rows]
        return product.transpose(1, 2).contiguous().MoveToOuterDisposeScope(); // [members or 1, rows, out]
    }
}
