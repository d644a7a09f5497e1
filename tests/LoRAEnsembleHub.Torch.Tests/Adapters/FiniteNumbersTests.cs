using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

public sealed class FiniteNumbersTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void One_number_that_is_not_finite_is_found_at_every_place(float bad)
    {
        for (var length = 1; length <= 40; length++)
        {
            for (var place = 0; place < length; place++)
            {
                var numbers = new float[length];
                numbers[place] = bad;
                Assert.False(FiniteNumbers.Are(numbers));
            }
        }
    }

    [Fact]
    public void The_largest_and_the_smallest_numbers_are_finite() =>
        Assert.True(
            FiniteNumbers.Are([
                .. Enumerable.Repeat(new[] { float.MaxValue, float.MinValue, float.Epsilon, -0f, 1f }, 9).SelectMany(x => x),
            ])
        );

    [Fact]
    public void Of_no_numbers_all_are_finite() => Assert.True(FiniteNumbers.Are([]));
}
