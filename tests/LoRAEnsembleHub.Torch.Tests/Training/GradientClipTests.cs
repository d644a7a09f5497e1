using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Training;

public sealed class GradientClipTests
{
    // two members; the norms are 5 and 12, together 13
    private static Tensor[] Gradients() => [tensor(new float[] { 3, 0, 0, 12 }, [2, 2]), tensor(new float[] { 4, 0 }, [2, 1, 1])];

    [Fact]
    public void The_joint_norm_scales_all_members_alike()
    {
        var gradients = Gradients();
        Assert.Equal(13, GradientClip.Apply([gradients], 6.5, ClipScope.Joint), 1e-5);
        Assert.Equal([1.5, 0, 0, 6], Rounded(gradients[0]));
        Assert.Equal([2, 0], Rounded(gradients[1]));
    }

    [Fact]
    public void A_norm_for_each_member_spares_the_one_below_the_limit()
    {
        var gradients = Gradients();
        Assert.Equal(13, GradientClip.Apply([gradients], 6, ClipScope.Member), 1e-5);
        Assert.Equal([3, 0, 0, 6], Rounded(gradients[0]));
        Assert.Equal([4, 0], Rounded(gradients[1]));
    }

    [Theory]
    [InlineData(null, ClipScope.Joint)]
    [InlineData(14.0, ClipScope.Joint)]
    [InlineData(14.0, ClipScope.Member)]
    public void Below_the_limit_nothing_changes(double? limit, ClipScope scope)
    {
        var gradients = Gradients();
        Assert.Equal(13, GradientClip.Apply([gradients], limit, scope), 1e-5);
        Assert.Equal([3, 0, 0, 12], gradients[0].data<float>().ToArray());
        Assert.Equal([4, 0], gradients[1].data<float>().ToArray());
    }

    private static double[] Rounded(Tensor tensor) => [.. tensor.data<float>().ToArray().Select(value => Math.Round(value, 4))];
}
