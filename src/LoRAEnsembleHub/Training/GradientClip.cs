using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>Clipping of gradients by their global norm.</summary>
/// <remarks>Pascanu et al. 2013; the factor is that of torch.nn.utils.clip_grad_norm_: limit / (norm + 1e-6), never above 1.</remarks>
internal static class GradientClip
{
    /// <summary>Scales gradients in place so that their norm is at most the limit.</summary>
    /// <param name="owners">Lists of tensors with a leading axis; every place of every list's axis belongs to another owner.</param>
    /// <param name="limit">Highest norm, or null to measure only.</param>
    /// <param name="clipScope">One norm for all owners, or one each.</param>
    /// <returns>The norm before clipping over all of them together.</returns>
    public static double Apply(IReadOnlyList<IReadOnlyList<Tensor>> owners, double? limit, ClipScope clipScope)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        Tensor[] squares = [.. owners.Select(Squares)];
        var total = cat(squares).sum().sqrt();
        if (limit is { } highest)
        {
            foreach (var (gradients, square) in owners.Zip(squares))
            {
                var norms = clipScope == ClipScope.Joint ? total.expand(square.size(0)) : square.sqrt(); // [owners]
                Scale(gradients, (highest / (norms + 1e-6)).clamp_max(1.0));
            }
        }

        return total.item<float>();
    }

    /// <summary>[owners].</summary>
    private static Tensor Squares(IReadOnlyList<Tensor> gradients) =>
        stack(gradients.Select(gradient => gradient.flatten(1).square().sum(dim: 1))).sum(dim: 0);

    private static void Scale(IReadOnlyList<Tensor> gradients, Tensor factors)
    {
        foreach (var gradient in gradients)
        {
            long[] shape = [factors.size(0), .. Enumerable.Repeat(1L, (int)gradient.dim() - 1)];
            gradient.mul_(factors.view(shape));
        }
    }
}
