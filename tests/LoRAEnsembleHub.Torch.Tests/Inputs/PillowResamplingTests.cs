using CsCheck;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class PillowResamplingTests
{
    public static TheoryData<PillowFilter> Filters => [.. Enum.GetValues<PillowFilter>()];

    [Theory, MemberData(nameof(Filters))]
    public void A_plain_picture_stays_plain(PillowFilter filter)
    {
        foreach (var (width, height) in new[] { (1, 1), (7, 90), (64, 3), (41, 40) })
        {
            var resized = PillowResampling.Resize(Pictures.Plain(40, 41, 3, 250, 128), width, height, filter);
            Pictures.AssertSame(Pictures.Plain(width, height, 3, 250, 128), resized);
        }
    }

    [Theory, MemberData(nameof(Filters))]
    public void A_resize_to_the_same_size_changes_nothing(PillowFilter filter)
    {
        var image = Pictures.Noise(23, 31);
        Pictures.AssertSame(image, PillowResampling.Resize(image, 23, 31, filter));
    }

    [Theory, MemberData(nameof(Filters))]
    public void One_pixel_grows_into_a_plain_picture(PillowFilter filter) =>
        Pictures.AssertSame(Pictures.Plain(50, 20, 9, 8, 7), PillowResampling.Resize(Pictures.Plain(1, 1, 9, 8, 7), 50, 20, filter));

    [Theory]
    [InlineData(PillowFilter.Bilinear)]
    [InlineData(PillowFilter.Bicubic)]
    [InlineData(PillowFilter.Lanczos)]
    [InlineData(PillowFilter.Hamming)]
    public void Mirroring_before_or_after_the_resize_is_the_same(PillowFilter filter)
    {
        // Powers of two, so that no rounding of coordinates tells left from right.
        var image = Pictures.Noise(64, 32);
        var resized = PillowResampling.Resize(image, 16, 128, filter);
        Pictures.AssertSame(
            Pictures.MirroredLeftToRight(resized),
            PillowResampling.Resize(Pictures.MirroredLeftToRight(image), 16, 128, filter)
        );
        Pictures.AssertSame(
            Pictures.MirroredTopToBottom(resized),
            PillowResampling.Resize(Pictures.MirroredTopToBottom(image), 16, 128, filter)
        );
    }

    [Theory]
    [InlineData(PillowFilter.Lanczos)]
    [InlineData(PillowFilter.Bilinear)]
    [InlineData(PillowFilter.Bicubic)]
    [InlineData(PillowFilter.Box)]
    [InlineData(PillowFilter.Hamming)]
    public void Several_pixels_at_a_time_give_the_bytes_of_one_at_a_time(PillowFilter filter) =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 120], Gen.Int[0, 1 << 20])
            .Sample(
                (before, after, seed) =>
                {
                    var row = new byte[3 * before];
                    new Random(seed).NextBytes(row);
                    var weights = ResamplingWeights.Compute(before, after, filter);
                    var (one, several) = (new byte[3 * after], new byte[3 * after]);
                    ResamplingPass.ScalarRow(row, one, weights);
                    ResamplingPass.VectorRow(row, several, weights);
                    return one.AsSpan().SequenceEqual(several);
                },
                iter: 300
            );

    [Theory, MemberData(nameof(Filters))]
    public void The_degree_of_parallelism_does_not_change_the_result(PillowFilter filter)
    {
        var image = Pictures.Noise(133, 71);
        Pictures.AssertSame(
            PillowResampling.Resize(image, 57, 96, filter),
            PillowResampling.Resize(image, 57, 96, filter, degreeOfParallelism: 4)
        );
    }

    [Theory, MemberData(nameof(Filters))]
    public void The_horizontal_pass_comes_first(PillowFilter filter)
    {
        var image = Pictures.Noise(60, 80);
        var across = PillowResampling.Resize(image, 20, 80, filter);
        Pictures.AssertSame(PillowResampling.Resize(across, 20, 30, filter), PillowResampling.Resize(image, 20, 30, filter));
    }

    [Fact]
    public void A_box_over_whole_blocks_is_their_rounded_mean()
    {
        var image = new RgbImage(2, 1, new byte[] { 10, 20, 30, 11, 23, 30 });
        var mean = PillowResampling.Resize(image, 1, 1, PillowFilter.Box);
        Assert.Equal([11, 22, 30], mean.Pixels.ToArray()); // (10 + 11) / 2, (20 + 23) / 2, (30 + 30) / 2, halves up
    }

    [Fact]
    public void Nearest_takes_the_pixel_under_the_centre()
    {
        var image = new RgbImage(5, 1, new byte[] { 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4 });
        var shrunk = PillowResampling.Resize(image, 2, 1, PillowFilter.Nearest);
        Assert.Equal([1, 1, 1, 3, 3, 3], shrunk.Pixels.ToArray()); // centres 1.25 and 3.75
    }

    [Fact]
    public void Unknown_filters_and_sizes_below_one_are_refused()
    {
        var image = Pictures.Noise(4, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => PillowResampling.Resize(image, 2, 2, (PillowFilter)6));
        Assert.Throws<ArgumentOutOfRangeException>(() => PillowResampling.Resize(image, 0, 2, PillowFilter.Box));
        Assert.Throws<ArgumentException>(() => PillowResampling.Resize(image, 50_000, 50_000, PillowFilter.Box));
    }
}
