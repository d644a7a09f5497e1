using CsCheck;
using LoRAEnsembleHub.Inputs;
using static LoRAEnsembleHub.Torch.Tests.Inputs.Sounds;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class ResamplerTests
{
    // Samples of the lower rate that the filter reaches to either side; nearer to an end, silence is mixed in.
    private const int Reach = 128;

    // Of half the new rate.
    private static readonly double[] above = [1.0, 1.02, 1.2, 1.9];

    public static TheoryData<int, int> Rates =>
        new()
        {
            { 44_100, 16_000 },
            { 48_000, 16_000 },
            { 22_050, 16_000 },
            { 8_000, 16_000 },
            { 11_025, 16_000 },
            { 16_000, 22_050 },
            { 15_999, 16_000 },
            { 383_989, 16_000 },
        };

    [Theory, MemberData(nameof(Rates))]
    public void A_tone_in_the_pass_band_comes_out_as_the_same_tone(int from, int to)
    {
        foreach (var part in new[] { 0.013, 0.5, 0.93, 0.949 })
        {
            var hz = part * Math.Min(from, to) / 2;
            var samples = Sine(hz, from, from / 4);
            var (expected, found) = (Sine(hz, to, to / 4), Resampled(samples, from, to));
            AssertClose(expected, found, Margin(from, to), 2e-5);
        }
    }

    [Theory, MemberData(nameof(Rates))]
    public void A_tone_above_half_the_new_rate_is_gone(int from, int to)
    {
        if (from <= to)
        {
            return;
        }

        foreach (var part in above.Where(part => part * to < from))
        {
            var found = Resampled(Sine(part * to / 2, from, from / 4), from, to);
            AssertClose(new float[found.Length], found, Margin(from, to), 1e-5); // 94 dB below the tone's 0.5
        }
    }

    [Theory, MemberData(nameof(Rates))]
    public void A_constant_stays_that_constant(int from, int to)
    {
        var samples = Enumerable.Repeat(0.7f, from / 4).ToArray();
        var found = Resampled(samples, from, to);
        AssertClose([.. Enumerable.Repeat(0.7f, found.Length)], found, Margin(from, to), 1e-7);
    }

    [Fact]
    public void The_length_is_the_ceiling_of_the_ratio() =>
        Gen.Select(Gen.Int[1, 500], Gen.Int[1, 60], Gen.Int[1, 60])
            .Sample(
                (count, from, to) =>
                    Assert.Equal((long)Math.Ceiling((decimal)count * to / from), new RationalResampler(from, to).OutputLength(count))
            );

    [Fact]
    public void The_first_outputs_depend_on_no_input_behind_the_promised()
    {
        var samples = Noise(6_000);
        foreach (var (from, to) in new[] { (44_100, 16_000), (8_000, 16_000), (16_000, 16_001) })
        {
            var resampler = new RationalResampler(from, to);
            var all = resampler.Resample(samples, 1_000);
            var needed = (int)resampler.InputFor(1_000);
            Assert.InRange(needed, 1, 5_999);
            Assert.Equal(all, resampler.Resample(samples.AsSpan(0, needed), 1_000));
        }
    }

    [Fact]
    public void Resampling_is_linear_and_a_delay_by_a_whole_period_of_phases_is_a_delay()
    {
        var (one, two) = (Noise(4_410, 1), Noise(4_410, 2));
        var sum = one.Zip(two, (a, b) => a + b).ToArray();
        var (first, second, both) = (Resampled(one, 44_100, 16_000), Resampled(two, 44_100, 16_000), Resampled(sum, 44_100, 16_000));
        AssertClose([.. first.Zip(second, (a, b) => a + b)], both, 0, 1e-6);

        // 441 samples are exactly 160 of the new rate.
        var later = Resampled([.. new float[441], .. one], 44_100, 16_000);
        Assert.Equal(first, later[160..]);
    }

    [Fact]
    public void There_and_back_gives_a_band_limited_sound_back()
    {
        var samples = Sine(700, 16_000, 8_000);
        AssertClose(samples, Resampled(Resampled(samples, 16_000, 44_100), 44_100, 16_000), 2 * Reach, 1e-5);
    }

    [Fact]
    public void A_file_of_another_rate_is_resampled_and_says_so_or_is_refused()
    {
        var path = Path.Combine(Folder, "rate-22050.wav");
        var token = TestContext.Current.CancellationToken;
        var sound = AudioDecoder.Read(path, new AudioDecoderOptions { SampleRateHz = 16_000 }, token);
        Assert.True(sound.IsResampled);
        Assert.Equal((16_000, 22_050, 11_610), (sound.SampleRateHz, sound.StoredRateHz, sound.Samples.Length)); // 16,000 · 320 / 441 = 11,609.98
        Assert.True(sound.IsWhole);
        var refuse = new AudioDecoderOptions { SampleRateHz = 16_000, Rate = AudioRate.Refuse };
        var refused = Assert.Throws<AudioException>(() => AudioDecoder.Read(path, refuse, token));
        Assert.Contains("22050 Hz; 16000 Hz are needed", refused.Message);
        Assert.False(refused.IsMalformed);
        Assert.False(AudioDecoder.Read(Path.Combine(Folder, "sweep.wav"), refuse, token).IsResampled);
    }

    [Fact]
    public void A_part_of_a_resampled_file_is_the_start_of_the_whole()
    {
        var file = Wav(Noise(44_100), rate: 44_100);
        var whole = Decode(file, new AudioDecoderOptions { SampleRateHz = 16_000 });
        var part = Decode(file, new AudioDecoderOptions { SampleRateHz = 16_000, MaxSamples = 5_000 });
        Assert.True(part.Samples.Span.SequenceEqual(whole.Samples.Span[..5_000]));
        Assert.Equal((true, false), (whole.IsWhole, part.IsWhole));
        Assert.True(Decode(file, new AudioDecoderOptions { SampleRateHz = 16_000, MaxSamples = 16_000 }).IsWhole);
        Assert.False(Decode(file, new AudioDecoderOptions { SampleRateHz = 16_000, MaxSamples = 15_999 }).IsWhole);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioDecoderOptions { SampleRateHz = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioDecoderOptions { SampleRateHz = 384_001 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioDecoderOptions { MaxSamples = 0 });
    }

    private static int Margin(int from, int to) => (int)Math.Ceiling(Reach * Math.Max(1.0, (double)to / from)) + 1;

    private static float[] Resampled(float[] samples, int from, int to)
    {
        var resampler = new RationalResampler(from, to);
        return resampler.Resample(samples, (int)resampler.OutputLength(samples.Length));
    }

    private static void AssertClose(float[] expected, float[] found, int margin, double tolerance)
    {
        var count = Math.Min(expected.Length, found.Length) - margin;
        Assert.True(count > margin, "the sound is too short to compare anything");
        for (var i = margin; i < count; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= tolerance, $"sample {i} is {found[i]}, not {expected[i]}");
        }
    }
}
