using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.Adapters;
using LoRAEnsembleHub.Torch.Tests.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Compute;

/// <summary>All routes give the same numbers; that they are the right ones is in <see cref="GoldenModels"/> and <see cref="GoldenAdapters"/>.</summary>
public sealed class ProductRouteTests
{
    public static TheoryData<string> Families => FamilyInvariants.Families;

    [Theory]
    [InlineData(1, 1, 24, 40)]
    [InlineData(2, 7, 24, 40)]
    [InlineData(1, 16, 24, 40)]
    [InlineData(3, 50, 33, 17)]
    [InlineData(1, 197, 256, 256)]
    public void Products_and_their_gradients_agree(int members, int rows, int width, int outputs)
    {
        using var scope = NewDisposeScope();
        var weight = randn(outputs, width);
        var bias = randn(outputs);
        var x = randn(members, rows, width).requires_grad_();
        var slope = randn(members, rows, outputs);
        (Tensor Product, Tensor Gradient) By(ProductRoute route)
        {
            var product = FrozenProduct.Of(x, weight, bias, route);
            return (product.detach(), autograd.grad([(product * slope).sum()], [x])[0]);
        }

        var (plain, convolved) = (By(ProductRoute.Matrix), By(ProductRoute.Convolution));
        Assert.True(convolved.Product.is_contiguous());
        AssertClose(plain.Product, convolved.Product, 1e-5);
        AssertClose(plain.Gradient, convolved.Gradient, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Members_of_every_family_give_the_same_logits(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        family.Model.AskedRoute = ProductRoute.Matrix;
        using var plain = family.Run();
        foreach (var route in new[] { ProductRoute.Convolution, ProductRoute.Blocked })
        {
            family.Model.AskedRoute = route;
            using var other = family.Run();
            AssertClose(plain.Logits, other.Logits, 1e-5);
        }
    }

    [Theory]
    [InlineData(1.0, 0.5, 1e-6, ProductRoute.Convolution)]
    [InlineData(1.0, 0.84, 1e-6, ProductRoute.Convolution)]
    [InlineData(1.0, 0.95, 1e-6, ProductRoute.Matrix)] // a near tie, which the next process might see the other way round
    [InlineData(1.0, 2.0, 1e-6, ProductRoute.Matrix)]
    [InlineData(1.0, 0.5, 1e-4, ProductRoute.Matrix)] // fast, but wrong
    [InlineData(1.0, 0.5, double.NaN, ProductRoute.Matrix)]
    public void A_trial_takes_what_is_clearly_faster_and_right(double matrix, double convolution, double error, ProductRoute expected) =>
        Assert.Equal(
            expected,
            RouteTrial.Choose(
                (ProductRoute.Matrix, matrix, 0),
                (ProductRoute.Convolution, convolution, error),
                (ProductRoute.Blocked, 0.93, 0)
            )
        );

    [Theory]
    [InlineData(1.05, 1.0, 1e-6, ProductRoute.Blocked)] // a near tie
    [InlineData(1.2, 1.0, 1e-6, ProductRoute.Matrix)]
    [InlineData(0.5, 1.0, 1e-4, ProductRoute.Matrix)] // fast, but wrong
    public void The_first_one_that_is_right_is_the_usual_one(double blocked, double matrix, double error, ProductRoute expected) =>
        Assert.Equal(expected, RouteTrial.Choose((ProductRoute.Blocked, blocked, error), (ProductRoute.Matrix, matrix, 0)));

    [Fact]
    public void The_faster_of_two_that_win_is_taken() =>
        Assert.Equal(
            ProductRoute.Blocked,
            RouteTrial.Choose((ProductRoute.Matrix, 1, 0), (ProductRoute.Convolution, 0.7, 0), (ProductRoute.Blocked, 0.6, 1e-6))
        );

    [Fact]
    public void Small_models_are_computed_plainly_without_a_trial() => Assert.Equal(ProductRoute.Matrix, RouteTrial.Fastest(255));

    [Fact]
    public void A_route_that_is_asked_for_is_taken_and_kept_by_merged_models()
    {
        using var family = new GoldenFamily("vit-r4");
        using var model = PretrainedModels.Load(Golden.Folder("models", "vit-v4"), new ModelOptions { Route = ProductRoute.Convolution });
        using var merged = model.Merge(family.Set, 0);
        Assert.Equal((ProductRoute.Convolution, ProductRoute.Convolution), (model.Route, merged.Route));
    }

    [Fact]
    public void Bfloat16_has_one_route()
    {
        var options = new ModelOptions { Dtype = ScalarType.BFloat16, Route = ProductRoute.Convolution };
        using var model = PretrainedModels.Load(Golden.Folder("models", "vit-v4"), options);
        Assert.Equal(ProductRoute.Matrix, model.Route);
    }

    /// <summary>Within a share of the largest number.</summary>
    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var largest = (expected - actual).abs().max().item<float>();
        var allowed = tolerance * Math.Max(1, expected.abs().max().item<float>());
        Assert.True(largest <= allowed, $"largest difference {largest:g3} is above {allowed:g3}");
    }
}
