using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>Layer normalisation over the last axis.</summary>
/// <param name="Weight">[hidden].</param>
/// <param name="Bias">[hidden].</param>
/// <param name="Eps">Added to the variance.</param>
internal sealed record LayerNorm(Tensor Weight, Tensor Bias, double Eps)
{
    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, Weight.shape, Weight, Bias, Eps);
}
