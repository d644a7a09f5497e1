using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class AudioExamplesTests
{
    private static readonly AudioFeatureExtractor extractor = new(new AudioFeatureExtractorConfig { MaxLength = 20, NumMelBins = 8 });

    private static readonly string[] files = ["stereo", "rate-22050", "sweep"];

    [Fact]
    public void Inputs_are_those_of_the_extractor_and_the_same_from_memory()
    {
        var examples = Open(new SpectrogramAugmentation { TimeMaskFrames = 10, NoiseAmplitude = 0.1 });
        var array = Assert.Single(examples.Arrays([2, 0], null));
        Assert.Equal("input_values", array.Name);
        Assert.Equal([2, 20, 8], array.Shape);
        var sweep = extractor.Extract(Read(PathOf("sweep")).Samples.Span);
        Assert.Equal(sweep, Numbers(array)[..160]);
        Assert.Equal(Numbers(array), Numbers(examples.Arrays([2, 0], null)[0]));
    }

    [Fact]
    public void Random_changes_depend_on_seed_epoch_and_example_alone()
    {
        var changes = new SpectrogramAugmentation { FrequencyMaskBins = 4, ShiftSamples = 100 };
        var (one, other) = (Open(changes), Open(changes));
        var together = Numbers(one.Arrays([0, 1, 2], 3)[0]);
        Assert.Equal(together[160..320], Numbers(other.Arrays([1], 3)[0]));
        Assert.NotEqual(together[160..320], Numbers(other.Arrays([1], 4)[0]));
        Assert.NotEqual(Numbers(one.Arrays([1], null)[0]), Numbers(other.Arrays([1], 3)[0]));
        Assert.NotEqual(one.Preparation, Open(null).Preparation);
    }

    [Fact]
    public void Masks_are_drawn_anew_over_what_is_kept_in_memory()
    {
        var examples = Open(new SpectrogramAugmentation { TimeMaskFrames = 20 });
        var before = Numbers(examples.Arrays([2], null)[0]);
        Assert.NotEqual(Numbers(examples.Arrays([2], 0)[0]), Numbers(examples.Arrays([2], 1)[0]));
        Assert.Equal(before, Numbers(examples.Arrays([2], null)[0]));
    }

    [Fact]
    public void What_was_done_to_sounds_is_told_once_for_each()
    {
        var examples = Open(null);
        Assert.Empty(examples.Remarks);
        examples.Arrays([0, 1, 2], null);
        examples.Arrays([0], null);
        Assert.Contains("2 channels were mixed into one", examples.Facts(0));
        Assert.Contains("resampled from 22050 to 16000 Hz", examples.Facts(1));
        Assert.Contains(
            examples.Remarks,
            remark => remark.EndsWith("rate-22050.wav: resampled from 22050 to 16000 Hz.", StringComparison.Ordinal)
        );
        Assert.Contains(examples.Remarks, remark => remark.StartsWith("3 sounds, the first ", StringComparison.Ordinal));
        Assert.Equal(examples.Remarks, examples.Subset(1, 0).Remarks);
    }

    [Fact]
    public void The_picture_of_a_sound_is_its_spectrogram()
    {
        var picture = Open(null).Picture(2);
        Assert.Equal((20 * 12, 8 * 12), (picture.Width, picture.Height));
        Assert.True(picture.Pixels.ToArray().Distinct().Count() > 20);
    }

    [Fact]
    public void Sounds_are_found_in_folders_and_tables_and_pictures_are_not_taken_for_sounds()
    {
        using var folder = new DataFolder();
        foreach (var (split, name) in new[] { ("train", "low"), ("train", "high"), ("test", "low") })
        {
            folder.WriteRaw(Made(folder, split, name, "a.wav"), File.ReadAllBytes(PathOf("sweep")));
        }

        folder.WriteRaw(Made(folder, "train", "low", "b.png"), [1]);
        Assert.Equal(["test", "train"], AudioData.FindSplits(folder.Path).Order());
        Assert.Equal(2, AudioData.Open(folder.Path, "train", Read).Count);
        folder.Write("labels.csv", "path,label\ntrain/low/a.wav,0\n");
        Assert.Equal(["all"], AudioData.FindSplits(folder.Path));
        Assert.Empty(ImageData.FindSplits(folder.Path));
    }

    private static string Made(DataFolder folder, params string[] parts)
    {
        Directory.CreateDirectory(Path.Combine([folder.Path, .. parts[..^1]]));
        return Path.Combine(parts);
    }

    private static Waveform Read(string file) => extractor.Read(file, AudioRate.Resample, TestContext.Current.CancellationToken);

    private static float[] Numbers(InputArray array) => (float[])array.Values;

    private static string PathOf(string name) => Golden.PathOf("inputs", "audio", name + ".wav");

    private static AudioExamples Open(SpectrogramAugmentation? augmentation) =>
        new(
            new LabeledFiles<Waveform>("sounds/test", ["a", "b"], [.. files.Select((name, index) => (PathOf(name), index % 2))], Read),
            extractor,
            augmentation,
            seed: 5
        );
}
