using System.Numerics;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class FourierTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(512)]
    public void The_transform_is_the_sum_of_its_definition(int length)
    {
        var samples = Sounds.Noise(length, length).Select(sample => (double)sample).ToArray();
        var transform = new RealFourierTransform(length);
        var found = new Complex[transform.Bins];
        transform.Forward(samples, found);
        Assert.Equal((length / 2) + 1, found.Length);
        for (var k = 0; k < found.Length; k++)
        {
            var expected = Complex.Zero;
            for (var n = 0; n < length; n++)
            {
                expected += samples[n] * Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)k * n % length) / length);
            }

            Assert.InRange(Complex.Abs(expected - found[k]), 0, 1e-12);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(400)]
    public void A_length_that_is_no_power_of_two_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RealFourierTransform(length));
}
