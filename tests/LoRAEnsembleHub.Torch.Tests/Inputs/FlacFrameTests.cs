using static LoRAEnsembleHub.Torch.Tests.Inputs.Sounds;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>Frames of FLAC written bit by bit; each expected value is what RFC 9639 says, by hand.</summary>
public class FlacFrameTests
{
    private const int Constant = 0;
    private const int Verbatim = 1;
    private const int Fixed = 8;
    private const int Linear = 31;

    [Fact]
    public void A_partition_may_hold_plain_numbers_or_nothing()
    {
        // Order 1: the first sample is 100; the first partition holds one difference in 6 bits, the second is all zeros.
        var frame = FlacWriter.Frame(4, 0).Put(0, 1).Put(Fixed + 1, 6).Put(0, 1).Put(100, 8).Put(0, 2).Put(1, 4);
        frame.Put(15, 4).Put(6, 5).Put(-30, 6).Put(15, 4).Put(0, 5);
        AssertSamples(FlacWriter.File(8, 1, 4, frame.End()), 128, 100, 70, 70, 70);
    }

    [Fact]
    public void Long_rice_parameters_have_five_bits()
    {
        // Order 0, parameter 17: 0 is all low bits; −1 folds to 1; 2^17 folds to 2^18, a quotient of 2.
        var frame = FlacWriter.Frame(3, 0).Put(0, 1).Put(Fixed, 6).Put(0, 1).Put(1, 2).Put(0, 4).Put(17, 5);
        frame.Zeros(0).Put(0, 17).Zeros(0).Put(1, 17).Zeros(2).Put(0, 17);
        AssertSamples(FlacWriter.File(24, 1, 3, frame.End()), 1 << 23, 0, -1, 1 << 17);
    }

    [Theory]
    [InlineData(0, new[] { 5, 5, 5, 5, 5, 5 })]
    [InlineData(1, new[] { 3, 8, 13, 18, 23, 28 })]
    [InlineData(2, new[] { 3, 4, 10, 21, 37, 58 })]
    [InlineData(3, new[] { 3, 4, 6, 14, 33, 68 })]
    [InlineData(4, new[] { 3, 4, 6, 7, 10, 23 })]
    public void Each_fixed_order_continues_a_polynomial(int order, int[] expected)
    {
        var start = new long[] { 3, 4, 6, 7 }[..order];
        var frame = FlacWriter.Frame(6, 0).Put(0, 1).Put(Fixed + order, 6).Put(0, 1).Put(start, 8).Put(0, 2).Put(0, 4).Put(2, 4);
        for (var i = order; i < 6; i++)
        {
            frame.Zeros(10 >> 2).Put(10 & 3, 2); // 5 folds to 10.
        }

        AssertSamples(FlacWriter.File(8, 1, 6, frame.End()), 128, expected);
    }

    [Fact]
    public void Linear_prediction_shifts_towards_minus_infinity()
    {
        // One weight, −3 of 4 bits, over 2: −3 · 5 / 2 rounds down to −8, then 12 with the residual 20 becomes −18 + 0.
        var frame = FlacWriter.Frame(3, 0).Put(0, 1).Put(Linear + 1, 6).Put(0, 1).Put(5, 8).Put(3, 4).Put(1, 5).Put(-3, 4);
        frame.Put(0, 2).Put(0, 4).Put(15, 4).Put(8, 5).Put(20, 8).Put(0, 8);
        AssertSamples(FlacWriter.File(8, 1, 3, frame.End()), 128, 5, 12, -18);
    }

    [Fact]
    public void Wasted_bits_are_put_back()
    {
        var frame = FlacWriter.Frame(2, 0).Put(0, 1).Put(Verbatim, 6).Put(1, 1).Zeros(2).Put([7, -16], 5);
        AssertSamples(FlacWriter.File(8, 1, 2, frame.End()), 128, 56, -128);
    }

    [Theory]
    [InlineData(8, -100, -156, -100, 56)] // left and side
    [InlineData(9, -156, 56, -100, 56)] // side and right
    [InlineData(10, -22, -156, -100, 56)] // mid and side; the sum is −44
    [InlineData(10, -48, -157, -126, 31)] // the sum is −95, half of it rounded down
    public void Related_channels_are_taken_apart(int channels, int first, int second, int left, int right)
    {
        var frame = FlacWriter.Frame(1, channels);
        frame.Put(0, 1).Put(Constant, 6).Put(0, 1).Put(first, channels == 9 ? 9 : 8);
        frame.Put(0, 1).Put(Constant, 6).Put(0, 1).Put(second, channels == 9 ? 8 : 9);
        var expected = ((left / 128f) + (right / 128f)) / 2;
        Assert.Equal([expected], Samples(FlacWriter.File(8, 2, 1, frame.End())));
    }

    [Fact]
    public void Frames_may_be_numbered_by_sample_and_differ_in_size()
    {
        byte[] Frame(int block, int number, int value) =>
            FlacWriter.Frame(block, 0, number, isNumberOfSample: true).Put(0, 1).Put(Constant, 6).Put(0, 1).Put(value, 8).End();
        AssertSamples(FlacWriter.File(8, 1, 5, Frame(2, 0, 9), Frame(3, 2, -9)), 128, 9, 9, -9, -9, -9);
        Refused(FlacWriter.File(8, 1, 5, Frame(2, 0, 9), Frame(3, 3, -9)), "frames are missing");
    }

    [Fact]
    public void Frames_that_break_the_rules_are_refused()
    {
        FlacWriter Start() => FlacWriter.Frame(4, 0).Put(0, 1);
        byte[] Whole(FlacWriter frame) => FlacWriter.File(8, 1, 4, frame.End());
        Refused(Whole(Start().Put(2, 6).Put(0, 1)), "damaged"); // a reserved kind
        Refused(Whole(Start().Put(Constant, 6).Put(1, 1).Zeros(7).Put(0, 1)), "damaged"); // all bits wasted
        Refused(Whole(Start().Put(Linear + 5, 6).Put(0, 1).Put(0, 80)), "damaged"); // more weights than samples
        Refused(Whole(Start().Put(Fixed, 6).Put(0, 1).Put(2, 2).Put(0, 80)), "damaged"); // a reserved method
        Refused(Whole(Start().Put(Fixed, 6).Put(0, 1).Put(0, 2).Put(3, 4).Put(0, 80)), "damaged"); // eight partitions of four samples
        Refused(Whole(Start().Put(Linear + 1, 6).Put(0, 1).Put(0, 8).Put(15, 4).Put(0, 80)), "damaged"); // a reserved precision
        Refused(Whole(Start().Put(Linear + 1, 6).Put(0, 1).Put(0, 8).Put(3, 4).Put(-1, 5).Put(0, 80)), "damaged"); // a shift to the left
        Refused(Whole(Start().Put(Fixed, 6).Put(0, 1).Put(0, 2).Put(0, 4).Put(15, 4).Put(9, 5).Put([128, 0, 0, 0], 9)), "damaged"); // no 8-bit sample
        Refused(Whole(Start().Put(Constant, 6).Put(0, 1).Put(1, 8).Put(0b100, 3)), "checksum"); // the filling is not zero
    }

    [Fact]
    public void A_sound_that_changes_within_the_file_is_refused()
    {
        var stereo = FlacWriter.Frame(4, 1).Put(0, 32).End();
        Refused(FlacWriter.File(8, 1, 4, stereo), "changes to 2 channels", isMalformed: false);
    }

    private static void AssertSamples(byte[] file, int scale, params int[] expected) =>
        Assert.Equal(expected.Select(value => (float)value / scale), Samples(file));
}
