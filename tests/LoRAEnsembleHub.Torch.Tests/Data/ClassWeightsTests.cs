using CsCheck;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class ClassWeightsTests
{
    private static readonly int[] Counts = [879, 5364, 92, 890, 114, 411, 262]; // HAM10000, training part

    [Fact]
    public void Every_weighting_sums_to_one_and_gives_rarer_classes_no_less() =>
        Gen.Int[1, 10_000]
            .Array[1, 20]
            .Sample(
                counts =>
                {
                    foreach (
                        var weights in new[]
                        {
                            ClassWeights.Inverse(counts),
                            ClassWeights.InverseSquareRoot(counts),
                            ClassWeights.EffectiveNumber(counts, 0.99),
                        }
                    )
                    {
                        Assert.Equal(1, weights.Sum(), 1e-12);
                        Assert.All(
                            counts.Index().SelectMany(a => counts.Index().Select(b => (a, b))),
                            pair => Assert.True(pair.a.Item > pair.b.Item || weights[pair.a.Index] >= weights[pair.b.Index] - 1e-15)
                        );
                    }
                },
                iter: 100
            );

    [Fact]
    public void Equal_counts_and_beta_zero_give_uniform_weights()
    {
        Assert.Equal([0.25, 0.25, 0.25, 0.25], ClassWeights.Uniform(4));
        Assert.Equal(ClassWeights.Uniform(4), ClassWeights.Inverse([7, 7, 7, 7]));
        Assert.Equal(ClassWeights.Uniform(2), ClassWeights.EffectiveNumber([1, 1000], 0));
    }

    // Values: method notes on the recipes, six decimals.
    [Fact]
    public void The_recipes_weights_come_out()
    {
        Close([0.051555, 0.028418, 0.354612, 0.051138, 0.288982, 0.091142, 0.134152], ClassWeights.EffectiveNumber(Counts, 0.9991));
        Close([0.040144, 0.006578, 0.383554, 0.039648, 0.309535, 0.085856, 0.134683], ClassWeights.Inverse(Counts));
        Close([0.086502, 0.035017, 0.267377, 0.085965, 0.240196, 0.126502, 0.158441], ClassWeights.InverseSquareRoot(Counts));
    }

    [Fact]
    public void A_class_without_examples_is_refused_by_number() =>
        Assert.Contains(
            "Class 1 has 0",
            Assert.Throws<ArgumentException>(() => ClassWeights.Inverse([3, 0])).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_beta_out_of_range_is_refused(double beta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassWeights.EffectiveNumber([3], beta));

    private static void Close(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 5.1e-7));
}
