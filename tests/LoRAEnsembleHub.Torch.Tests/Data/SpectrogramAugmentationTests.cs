using System.Text.Json;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class SpectrogramAugmentationTests
{
    private const int Frames = 60;
    private const int Mels = 20;

    [Fact]
    public void With_everything_off_nothing_changes_and_no_number_is_drawn()
    {
        var (samples, spectrogram) = (Ones(100), Ones(Frames * Mels));
        var (random, untouched) = (new SeededRandom(1), new SeededRandom(1));
        new SpectrogramAugmentation().ApplyToSamples(samples, ref random);
        new SpectrogramAugmentation().ApplyToSpectrogram(spectrogram, Mels, ref random);
        Assert.Equal(Ones(100), samples);
        Assert.Equal(Ones(Frames * Mels), spectrogram);
        Assert.Equal(untouched.NextUInt64(), random.NextUInt64());
    }

    [Fact]
    public void The_same_stream_gives_the_same_sound_and_another_stream_another()
    {
        float[] Changed(long index)
        {
            var all = new SpectrogramAugmentation
            {
                FrequencyMaskBins = 8,
                TimeMaskFrames = 30,
                ShiftSamples = 40,
                GainDecibels = 6,
                NoiseAmplitude = 0.1,
            };
            var (samples, spectrogram, random) = (Ones(500), Ones(Frames * Mels), new SeededRandom(5, index));
            all.ApplyToSamples(samples, ref random);
            all.ApplyToSpectrogram(spectrogram, Mels, ref random);
            return [.. samples, .. spectrogram];
        }

        Assert.Equal(Changed(3), Changed(3));
        Assert.NotEqual(Changed(3), Changed(4));
    }

    [Fact]
    public void A_frequency_mask_blanks_one_band_in_every_frame_with_every_width_below_the_limit()
    {
        var widths = new int[6];
        var mask = new SpectrogramAugmentation { FrequencyMaskBins = 5 };
        for (var seed = 0; seed < 5_000; seed++)
        {
            var (spectrogram, random) = (Ones(Frames * Mels), new SeededRandom(seed));
            mask.ApplyToSpectrogram(spectrogram, Mels, ref random);
            var blank = Enumerable.Range(0, Mels).Where(mel => spectrogram[mel] == 0).ToArray();
            Assert.True(blank.Length == 0 || blank[^1] - blank[0] == blank.Length - 1, "the band is not in one piece");
            for (var i = 0; i < spectrogram.Length; i++)
            {
                Assert.Equal(blank.Contains(i % Mels) ? 0 : 1, spectrogram[i]);
            }

            widths[blank.Length]++;
        }

        Assert.All(widths[..5], count => Assert.InRange(count, 850, 1_150)); // 1,000 each, give or take five standard deviations
        Assert.Equal(0, widths[5]);
    }

    [Fact]
    public void A_time_mask_blanks_whole_frames_anywhere_but_the_last()
    {
        var touched = new bool[Frames];
        var mask = new SpectrogramAugmentation { TimeMaskFrames = 20 };
        for (var seed = 0; seed < 2_000; seed++)
        {
            var (spectrogram, random) = (Ones(Frames * Mels), new SeededRandom(seed));
            mask.ApplyToSpectrogram(spectrogram, Mels, ref random);
            var frames = spectrogram.Chunk(Mels).Select(frame => frame.Distinct().Single()).ToArray();
            Assert.InRange(frames.Count(frame => frame == 0), 0, 19);
            for (var i = 0; i < Frames; i++)
            {
                touched[i] |= frames[i] == 0;
            }
        }

        // Upstream rounds start and width down separately, and so does not reach the last either.
        Assert.DoesNotContain(false, touched[..^1]);
        Assert.False(touched[^1]);
    }

    [Fact]
    public void A_mask_wider_than_the_spectrogram_stays_within_it()
    {
        var mask = new SpectrogramAugmentation { FrequencyMaskBins = int.MaxValue, TimeMaskFrames = int.MaxValue };
        for (var seed = 0; seed < 500; seed++)
        {
            var (spectrogram, random) = (Ones(2 * 3), new SeededRandom(seed));
            mask.ApplyToSpectrogram(spectrogram, 3, ref random);
            Assert.Contains(1f, spectrogram);
        }
    }

    [Fact]
    public void A_shift_moves_the_sound_and_fills_with_silence()
    {
        var shift = new SpectrogramAugmentation { ShiftSamples = 2 };
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 200; seed++)
        {
            float[] samples = [1, 2, 3, 4];
            var random = new SeededRandom(seed);
            shift.ApplyToSamples(samples, ref random);
            seen.Add(string.Join(' ', samples));
        }

        Assert.Equal(["0 0 1 2", "0 1 2 3", "1 2 3 4", "2 3 4 0", "3 4 0 0"], seen.Order(StringComparer.Ordinal));
        float[] one = [1];
        var far = new SeededRandom(1);
        new SpectrogramAugmentation { ShiftSamples = 1 << 29 }.ApplyToSamples(one, ref far);
        Assert.Equal([0f], one);
    }

    [Fact]
    public void Gain_is_one_factor_within_its_decibels()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            float[] samples = [1, -2];
            var random = new SeededRandom(seed);
            new SpectrogramAugmentation { GainDecibels = 20 }.ApplyToSamples(samples, ref random);
            Assert.InRange(samples[0], 0.1f, 10f);
            Assert.Equal(-2 * samples[0], samples[1]);
        }
    }

    [Fact]
    public void Noise_has_a_deviation_below_its_amplitude_and_no_mean()
    {
        var deviations = new List<double>();
        for (var seed = 0; seed < 100; seed++)
        {
            var (samples, random) = (new float[2_000], new SeededRandom(seed));
            new SpectrogramAugmentation { NoiseAmplitude = 0.2 }.ApplyToSamples(samples, ref random);
            Assert.InRange(samples.Average(), -0.02, 0.02);
            deviations.Add(Math.Sqrt(samples.Average(sample => (double)sample * sample)));
        }

        Assert.InRange(deviations.Max(), 0.15, 0.22);
        Assert.InRange(deviations.Average(), 0.08, 0.12);
    }

    [Fact]
    public void The_settings_survive_the_file_of_a_run()
    {
        var settings = new SpectrogramAugmentation
        {
            FrequencyMaskBins = 24,
            TimeMaskFrames = 96,
            ShiftSamples = 1_600,
            GainDecibels = 6.5,
            NoiseAmplitude = 0.01,
        };
        var json = JsonSerializer.Serialize(settings, TrainingOptions.Json);
        Assert.Equal(
            """{"frequency_mask_bins":24,"time_mask_frames":96,"shift_samples":1600,"gain_decibels":6.5,"noise_amplitude":0.01}""",
            json
        );
        Assert.Equal(settings, JsonSerializer.Deserialize<SpectrogramAugmentation>(json, TrainingOptions.Json));
        Assert.Equal(new SpectrogramAugmentation(), JsonSerializer.Deserialize<SpectrogramAugmentation>("{}", TrainingOptions.Json));
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectrogramAugmentation { FrequencyMaskBins = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectrogramAugmentation { TimeMaskFrames = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectrogramAugmentation { ShiftSamples = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectrogramAugmentation { GainDecibels = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectrogramAugmentation { NoiseAmplitude = 1.5 });
    }

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
}
