using System.Text;
using LoRAEnsembleHub.Inputs;
using static LoRAEnsembleHub.Torch.Tests.Inputs.Sounds;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class AudioFeatureExtractorTests
{
    private const double Floor = -15.942385152878742; // ln 2^−23

    public static TheoryData<string> Configs =>
        [.. Directory.GetDirectories(Path.Combine(Folder, "configs")).Select(f => Path.GetFileName(f)!).Order()];

    /// <summary>Against transformers; tests/golden/inputs/audio/README.md says how the data was made.</summary>
    [Theory, MemberData(nameof(Configs))]
    public void A_config_of_transformers_gives_its_spectrograms(string config)
    {
        var extractor = AudioFeatureExtractor.Load(Path.Combine(Folder, "configs", config));
        var expected = GoldenTensors.Load(Path.Combine(Folder, config + ".safetensors"));
        Assert.NotEmpty(expected.Names);
        foreach (var name in expected.Names)
        {
            var sound = extractor.Read(Path.Combine(Folder, name + ".wav"), cancellationToken: TestContext.Current.CancellationToken);
            var found = extractor.Extract(sound.Samples.Span);
            Assert.Equal([extractor.Frames, extractor.Mels], expected.Shape(name));
            var wanted = expected.Floats(name);
            var largest = 0.0;
            for (var i = 0; i < wanted.Length; i++)
            {
                largest = Math.Max(largest, Math.Abs(wanted[i] - found[i]));
            }

            // The golden tolerance is 1e-4; the same steps in the same precision come much closer.
            Assert.True(largest <= 2e-6, $"{config}, {name}: the largest difference is {largest:g3}");
        }
    }

    [Fact]
    public void The_two_steps_give_the_same_as_both_at_once()
    {
        var extractor = Extractor(frames: 20);
        var samples = Noise(2_000);
        var steps = new float[20 * 128];
        extractor.FilterBank(samples, steps);
        Assert.All(steps[^128..], value => Assert.Equal(0, value));
        extractor.Normalize(steps);
        Assert.Equal(extractor.Extract(samples), steps);
        Assert.Equal(4.2677393f / (2 * 4.5689974f), steps[^1], 1e-6f); // the frames of zeros are normalised too
    }

    [Fact]
    public void Samples_behind_the_frames_and_between_whole_frames_change_nothing()
    {
        var extractor = Extractor(frames: 5);
        Assert.Equal(400 + (4 * 160), extractor.MaxSamples);
        var samples = Noise(5_000);
        var cut = extractor.Extract(samples.AsSpan(0, extractor.MaxSamples));
        Assert.Equal(cut, extractor.Extract(samples));
        Assert.Equal(extractor.Extract(samples.AsSpan(0, 560)), extractor.Extract(samples.AsSpan(0, 719)));
        Assert.NotEqual(extractor.Extract(samples.AsSpan(0, 559)), extractor.Extract(samples.AsSpan(0, 560)));
    }

    [Fact]
    public void A_constant_added_to_the_sound_changes_nothing_and_silence_lies_at_the_floor()
    {
        var extractor = new AudioFeatureExtractor(new AudioFeatureExtractorConfig { MaxLength = 3, DoNormalize = false });
        var sine = Sine(1000, 16_000, 720);
        var raised = sine.Select(sample => sample + 0.25f).ToArray();
        var (one, two) = (extractor.Extract(sine), extractor.Extract(raised));
        for (var i = 0; i < one.Length; i++)
        {
            Assert.Equal(one[i], two[i], 1e-3f);
        }

        Assert.All(extractor.Extract(new float[720]), value => Assert.Equal(Floor, value, 1e-6));
        Assert.All(extractor.Extract([.. Enumerable.Repeat(0.5f, 720)]), value => Assert.Equal(Floor, value, 1e-6));
    }

    [Fact]
    public void Twice_the_amplitude_is_four_times_the_power()
    {
        var extractor = new AudioFeatureExtractor(new AudioFeatureExtractorConfig { MaxLength = 3, DoNormalize = false });
        var soft = Noise(720);
        var (one, two) = (extractor.Extract(soft), extractor.Extract([.. soft.Select(sample => 2 * sample)]));
        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] > Floor + 1e-3)
            {
                Assert.Equal(one[i] + (2 * MathF.Log(2)), two[i], 1e-5f);
            }
        }
    }

    [Fact]
    public void A_tone_is_loudest_in_the_filter_around_its_frequency()
    {
        var extractor = new AudioFeatureExtractor(
            new AudioFeatureExtractorConfig
            {
                MaxLength = 1,
                NumMelBins = 64,
                DoNormalize = false,
            }
        );
        foreach (var hz in new[] { 440, 1000, 3000, 7000 })
        {
            var frame = extractor.Extract(Sine(hz, 16_000, 400));
            var (low, high) = (1127 * Math.Log(1 + (20 / 700.0)), 1127 * Math.Log(1 + (8000 / 700.0)));
            var place = ((1127 * Math.Log(1 + (hz / 700.0)) - low) / (high - low) * 65) - 1;
            Assert.InRange(frame.IndexOf(frame.Max()) - place, -1.0, 1.0);
        }
    }

    [Fact]
    public void One_extractor_serves_many_threads()
    {
        var extractor = Extractor(frames: 30);
        var sounds = Enumerable.Range(0, 16).Select(seed => Noise(4_000, seed)).ToArray();
        var alone = sounds.Select(sound => extractor.Extract(sound)).ToArray();
        var together = new float[16][];
        Parallel.For(0, 16, i => together[i] = extractor.Extract(sounds[i]));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Too_few_samples_are_refused_and_the_memory_stays_as_it_was()
    {
        var extractor = Extractor(frames: 2);
        var memory = Enumerable.Repeat(7f, 256).ToArray();
        Assert.Contains("399 samples", Assert.Throws<ArgumentException>(() => extractor.Write(new float[399], memory)).Message);
        var broken = new float[500];
        broken[450] = float.NaN;
        Assert.Contains("Sample 450", Assert.Throws<ArgumentException>(() => extractor.Write(broken, memory)).Message);
        Assert.All(memory, value => Assert.Equal(7, value));
        Assert.Throws<ArgumentException>(() => extractor.Write(new float[400], new float[255]));
        Assert.Throws<ArgumentException>(() => extractor.Normalize(new float[257]));
        extractor.Write(new float[400], memory);
    }

    [Fact]
    public void A_file_that_is_too_short_is_refused_by_name()
    {
        var path = Path.Combine(Folder, "too-short-399.wav");
        var refused = Assert.Throws<AudioException>(() =>
            Extractor(2).Read(path, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.StartsWith(path, refused.Message);
        Assert.Contains("399 samples", refused.Message);
        Assert.False(refused.IsMalformed);
    }

    [Fact]
    public void Only_what_the_frames_need_is_read_whatever_the_rate()
    {
        var extractor = Extractor(frames: 10);
        foreach (var rate in new[] { 16_000, 44_100 })
        {
            byte[] header = [.. Riff(("fmt ", Format(rate: rate))), .. "data"u8, .. Four(uint.MaxValue)];
            var pipe = new Pipe(header, endlessly: 3);
            var sound = extractor.Decode(pipe, "endless", cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal((extractor.MaxSamples, false), (sound.Samples.Length, sound.IsWhole));
            Assert.InRange(pipe.Taken, 1, 200_000);
        }

        var refused = Assert.Throws<AudioException>(() =>
            extractor.Decode(new MemoryStream(Wav(Noise(900), rate: 8_000)), "a", AudioRate.Refuse, TestContext.Current.CancellationToken)
        );
        Assert.Contains("8000 Hz", refused.Message);
    }

    [Fact]
    public void Extractors_with_the_same_settings_have_the_same_description()
    {
        Assert.Equal(Extractor(9).Description, Extractor(9).Description);
        Assert.NotEqual(Extractor(9).Description, Extractor(8).Description);
    }

    [Theory, MemberData(nameof(Configs))]
    public void Saving_a_loaded_config_gives_the_text_that_transformers_wrote(string config)
    {
        var path = Path.Combine(Folder, "configs", config, AudioFeatureExtractorConfig.FileName);
        var loaded = AudioFeatureExtractorConfig.Load(path);
        Assert.Equal(loaded, AudioFeatureExtractorConfig.Load(Path.GetDirectoryName(path)!));
        Assert.Equal(File.ReadAllText(path), loaded.ToJson());
        Assert.Equal(loaded, Parsed(loaded.ToJson()));
    }

    [Fact]
    public void An_empty_config_has_the_defaults_of_the_class() =>
        Assert.Equal(new AudioFeatureExtractorConfig(), Parsed("""{"feature_extractor_type": "ASTFeatureExtractor", "mean": null}"""));

    [Theory]
    [InlineData("\"feature_size\": 2", "feature_size is 2")]
    [InlineData("\"padding_side\": \"left\"", "padding_side is \"left\"")]
    [InlineData("\"padding_value\": 1.5", "padding_value is 1.5")]
    [InlineData("\"sampling_rate\": 40", "sampling_rate is 40")]
    [InlineData("\"sampling_rate\": 16000.5", "sampling_rate is 16000.5")]
    [InlineData("\"num_mel_bins\": 0", "num_mel_bins is 0")]
    [InlineData("\"num_mel_bins\": \"128\"", "num_mel_bins is \"128\"")]
    [InlineData("\"max_length\": 0", "max_length is 0")]
    [InlineData("\"max_length\": 2000000000", "max_length is 2000000000")]
    [InlineData("\"mean\": 1e300", "mean is 1E+300")]
    [InlineData("\"std\": 0", "std is 0")]
    [InlineData("\"std\": 1e-60", "std is 1E-60")]
    [InlineData("\"do_normalize\": 1", "do_normalize is 1")]
    [InlineData("\"dither\": 1.0", "dither is 1.0")]
    [InlineData("\"std\": 1, \"std\": 2", "not JSON")]
    public void A_field_that_cannot_be_honoured_is_refused_by_name(string field, string message)
    {
        var refused = Assert.Throws<AudioException>(() => Parsed($$"""{"feature_extractor_type": "ASTFeatureExtractor", {{field}}}"""));
        Assert.StartsWith("a config: ", refused.Message);
        Assert.Contains(message, refused.Message);
    }

    [Fact]
    public void Notes_and_switches_that_are_off_are_passed_over() =>
        Assert.Equal(
            new AudioFeatureExtractorConfig(),
            Parsed("""{"feature_extractor_type": "ASTFeatureExtractor", "processor_class": "X", "do_something": false}""")
        );

    [Theory]
    [InlineData("[]", "must be an object", false)]
    [InlineData("{", "not JSON", true)]
    [InlineData("{}", "add \"feature_extractor_type\"", false)]
    [InlineData("""{"feature_extractor_type": "WhisperFeatureExtractor"}""", "Whisper", false)]
    public void What_is_no_such_config_is_refused(string json, string message, bool isMalformed)
    {
        var refused = Assert.Throws<AudioException>(() => Parsed(json));
        Assert.Contains(message, refused.Message);
        Assert.Equal(isMalformed, refused.IsMalformed);
    }

    [Fact]
    public void A_file_that_names_no_extractor_is_taken_for_the_model_beside_it()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, AudioFeatureExtractorConfig.FileName), """{"max_length": 7}""");
            Assert.Throws<AudioException>(() => AudioFeatureExtractorConfig.Load(folder));
            File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type": "audio-spectrogram-transformer"}""");
            Assert.Equal(7, AudioFeatureExtractorConfig.Load(folder).MaxLength);
            File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type": "vit"}""");
            Assert.Throws<AudioException>(() => AudioFeatureExtractorConfig.Load(folder));
            File.Delete(Path.Combine(folder, AudioFeatureExtractorConfig.FileName));
            Assert.Contains("cannot be read", Assert.Throws<AudioException>(() => AudioFeatureExtractor.Load(folder)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Settings_out_of_range_are_refused_in_code_as_well() =>
        Assert.Throws<AudioException>(() => new AudioFeatureExtractor(new AudioFeatureExtractorConfig { Std = double.NaN }));

    private static AudioFeatureExtractor Extractor(int frames) => new(new AudioFeatureExtractorConfig { MaxLength = frames });

    private static AudioFeatureExtractorConfig Parsed(string json) =>
        AudioFeatureExtractorConfig.Parse(Encoding.UTF8.GetBytes(json), "a config");
}
