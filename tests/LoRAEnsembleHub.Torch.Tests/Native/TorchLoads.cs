using LoRAEnsembleHub.Native;
using TorchSharp;

namespace LoRAEnsembleHub.Torch.Tests.Native;

public sealed class TorchLoads
{
    [Fact]
    public void Torch_computes_in_this_process()
    {
        NativeTorch.EnsureLoaded();
        using var scope = torch.NewDisposeScope();
        Assert.Equal(6f, torch.ones(2, 3).sum().item<float>());
    }
}
