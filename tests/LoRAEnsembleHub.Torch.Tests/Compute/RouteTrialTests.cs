using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Compute;

/// <summary>Runs beside no other test, since those may draw from the common random numbers too.</summary>
[Collection(nameof(RouteTrialTests))]
[CollectionDefinition(nameof(RouteTrialTests), DisableParallelization = true)]
public sealed class RouteTrialTests
{
    [Fact]
    public void A_trial_is_made_once_for_all_threads_and_leaves_random_numbers_alone()
    {
        const long width = 272; // no other test asks for it
        random.manual_seed(3);
        using var expected = rand(4);
        random.manual_seed(3);
        var first = RouteTrial.Fastest(width);
        using var after = rand(4);
        Assert.True(expected.bytes.SequenceEqual(after.bytes));
        Assert.NotEqual(ProductRoute.Automatic, first);
        Parallel.For(0, 8, _ => Assert.Equal(first, RouteTrial.Fastest(width)));
        Assert.NotEqual(ProductRoute.Automatic, RouteTrial.FastestOfPredictions(width));
        Assert.NotEqual(ProductRoute.Blocked, first); // which has no gradients
    }
}
