using CsCheck;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class ImageAugmentationTests
{
    private static readonly Gen<RgbImage> Images =
        from width in Gen.Int[1, 6]
        from height in Gen.Int[1, 6]
        from pixels in Gen.Byte.Array[3 * width * height]
        select new RgbImage(width, height, pixels);

    [Fact]
    public void With_everything_off_the_same_object_returns_and_no_number_is_drawn()
    {
        var (image, random, untouched) = (Grey(2, 1, 2), new SeededRandom(1), new SeededRandom(1));
        Assert.Same(image, new ImageAugmentation().Apply(image, ref random));
        Assert.Equal(untouched.NextUInt64(), random.NextUInt64());
    }

    [Fact]
    public void The_same_stream_gives_the_same_image_and_leaves_the_input_alone() =>
        Images.Sample(image =>
        {
            var all = new ImageAugmentation
            {
                HorizontalFlip = true,
                VerticalFlip = true,
                MaximumRotationDegrees = 180,
                ShiftPixels = 2,
            };
            var before = image.Pixels.ToArray();
            var (one, two) = (new SeededRandom(5, 1), new SeededRandom(5, 1));
            Assert.Equal(all.Apply(image, ref one).Pixels.ToArray(), all.Apply(image, ref two).Pixels.ToArray());
            Assert.Equal(before, image.Pixels.ToArray());
        });

    [Fact]
    public void Flipping_twice_gives_the_image_back_and_both_flips_are_half_a_turn() =>
        Images.Sample(image =>
        {
            Same(image, ImageMoves.FlipHorizontally(ImageMoves.FlipHorizontally(image)));
            Same(image, ImageMoves.FlipVertically(ImageMoves.FlipVertically(image)));
            Same(ImageMoves.Rotate(image, 180), ImageMoves.FlipVertically(ImageMoves.FlipHorizontally(image)));
            Same(image, ImageMoves.Rotate(image, 0));
        });

    [Fact]
    public void A_quarter_turn_is_counterclockwise()
    {
        Assert.Equal([2, 4, 1, 3], Greys(ImageMoves.Rotate(Grey(2, 1, 2, 3, 4), 90)));
        Assert.Equal([3, 6, 9, 2, 5, 8, 1, 4, 7], Greys(ImageMoves.Rotate(Grey(3, 1, 2, 3, 4, 5, 6, 7, 8, 9), 90)));
    }

    // By hand: at 45 degrees a pixel at distance 1 across comes from (0.71, 0.71), which rounds to the corner (1, 1); a corner comes
    // from distance 1.41 along an axis, which rounds to 1.
    [Fact]
    public void An_eighth_of_a_turn_takes_the_nearest_pixel() =>
        Assert.Equal([2, 3, 6, 1, 5, 9, 4, 7, 8], Greys(ImageMoves.Rotate(Grey(3, 1, 2, 3, 4, 5, 6, 7, 8, 9), 45)));

    [Fact]
    public void What_comes_in_from_outside_is_black()
    {
        Assert.Equal([0, 1, 0, 4], Greys(ImageMoves.Shift(Grey(2, 1, 2, 4, 8), 1, 0)));
        Assert.Equal([4, 8, 0, 0], Greys(ImageMoves.Shift(Grey(2, 1, 2, 4, 8), 0, -1)));
        Assert.Equal([0, 0, 2, 0, 0], Greys(ImageMoves.Rotate(Grey(5, 9, 9, 2, 9, 9), 90)));
    }

    [Fact]
    public void Each_flip_happens_about_half_the_time()
    {
        var flip = new ImageAugmentation { HorizontalFlip = true };
        var random = new SeededRandom(7);
        var flipped = 0;
        for (var i = 0; i < 1000; i++)
        {
            flipped += Greys(flip.Apply(Grey(2, 1, 2), ref random))[0] == 2 ? 1 : 0;
        }

        Assert.InRange(flipped, 430, 570);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageAugmentation { MaximumRotationDegrees = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageAugmentation { MaximumRotationDegrees = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageAugmentation { ShiftPixels = -1 });
    }

    private static RgbImage Grey(int width, params byte[] pixels) =>
        new(width, pixels.Length / width, pixels.SelectMany(pixel => Enumerable.Repeat(pixel, 3)).ToArray());

    private static byte[] Greys(RgbImage image) => [.. image.Pixels.ToArray().Where((_, index) => index % 3 == 0)];

    private static void Same(RgbImage expected, RgbImage actual) => Assert.Equal(expected.Pixels.ToArray(), actual.Pixels.ToArray());
}
