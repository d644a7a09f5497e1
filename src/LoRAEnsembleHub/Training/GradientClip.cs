using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>Clipping of gradients by their global norm.</summary>
/// <remarks>Pascanu et al. 2013; the factor is that of torch.nn.utils.clip_grad_norm_: limit / (norm + 1e-6), never above 1.</remarks>
internal static class GradientClip
{
    /// <summary>Scales gradients in place so that their norm is at most the limit.</summary>
    /// <param name="gradients">Tensors with a leading members axis.</param>
    /// <param name="limit">Highest norm, or null to measure only.</param>
    /// <param name="clipScope">One norm for all members, or one each.</param>
    /// <returns>The norm before clipping over all members together.</returns>
    public static double Apply(IReadOnlyCollection<Tensor> gradients, double? limit, ClipScope clipScope)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var squares = stack(gradients.Select(gradient => gradient.flatten(1).square().sum(dim: 1))).sum(dim: 0); // [members]
        var total = squares.sum().sqrt();
        var norms = clipScope == ClipScope.Joint ? total.expand(squares.size(0)) : squares.sqrt(); // [members]
        if (limit is { } highest)
        {
            var factors = (highest / (norms + 1e-6)).clamp_max(1.0); // [members]
            foreach (var gradient in gradients)
            {
                long[] shape = [factors.size(0), .. Enumerable.Repeat(1L, (int)gradient.dim() - 1)];
                gradient.mul_(factors.view(shape));
            }
        }

        return total.item<float>();
    }
}
