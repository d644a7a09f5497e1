using LoRAEnsembleHub.Tests;

namespace LoRAEnsembleHub.Torch.Tests;

/// <summary>What each library refers to; these are all of them, and the other test project has only those without torch.</summary>
public sealed class Layering
{
    [Fact]
    public void Every_library_has_a_rule() => Assert.Empty(Layers.Present().Except(Layers.Allowed.Keys));

    [Fact]
    public void No_rule_is_left_over() => Assert.Empty(Layers.Allowed.Keys.Except(Layers.Present()));

    [Fact]
    public void The_tensor_library_refers_only_to_what_its_layer_allows() => Assert.Empty(Layers.Forbidden("LoRAEnsembleHub"));
}
