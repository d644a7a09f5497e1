using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Training;

public sealed class EnsembleLossTests
{
    private static readonly double[] logits =
    [
        .. new[] { 2, 0, -1, 0.5, 1.5, 0, 0, 0.2, 0.1, 3, 1, 0 },
        .. new[] { 1, 1.2, 0, -0.5, 2, 1, 1, -1, 0, 2, 2.5, 0 },
    ];

    private static readonly long[] labels = [0, 1, 2, 1];

    [Fact]
    public void The_published_loss_comes_out_of_the_published_logits()
    {
        // from the official routines of LoRA-Ensemble
        Assert.Equal(0.8950549, Loss(null, MemberReduction.Mean), 1e-7);
    }

    [Theory]
    [InlineData(new[] { 1.0, 1, 1 })]
    [InlineData(new[] { 0.2, 3, 0.7 })]
    [InlineData(new[] { 1.0, 0, 5 })]
    public void Classes_are_weighted_row_by_row_and_the_mean_is_over_the_weights(double[] weights)
    {
        var (sum, total) = (0.0, 0.0);
        for (var row = 0; row < 8; row++)
        {
            var z = logits.AsSpan(row * 3, 3).ToArray();
            var label = (int)labels[row % 4];
            sum += weights[label] * (Math.Log(z.Sum(Math.Exp)) - z[label]);
            total += weights[label];
        }

        Assert.Equal(sum / total, Loss(weights, MemberReduction.Mean), 1e-12);
        Assert.Equal(2 * sum / total, Loss(weights, MemberReduction.Sum), 1e-12);
    }

    private static double Loss(double[]? weights, MemberReduction reduction)
    {
        using var scope = NewDisposeScope();
        var classWeights = weights is null ? null : tensor(weights);
        return EnsembleLoss.Of(tensor(logits, [2, 4, 3]), tensor(labels), classWeights, reduction).item<double>();
    }
}
