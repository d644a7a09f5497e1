using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Torch.Tests.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class CorruptedExamplesTests
{
    private const int Rate = 16_000;

    [Fact]
    public void Pictures_are_corrupted_before_they_are_prepared_and_keep_labels_and_sources()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        var examples = Pictures(folder);
        var corruption = new Corruption(CorruptionKind.Noise, 3);
        var worse = examples.Corrupted(corruption);
        Assert.EndsWith("/train, noise 3", worse.Name, StringComparison.Ordinal);
        Assert.Equal((examples.Label(4), examples.Source(4)), (worse.Label(4), worse.Source(4)));
        var picture = ImageCorruption.Apply(examples.Picture(4)!, corruption, 4);
        Assert.Equal(picture.Pixels.ToArray(), worse.Picture(4)!.Pixels.ToArray());
        Assert.NotEqual(Values(examples, 4), Values(worse, 4));
        Assert.Equal(Values(worse, 4), Values(examples.Corrupted(corruption), 4)); // the same every time
    }

    [Fact]
    public void An_example_is_corrupted_alike_whether_all_are_taken_or_some()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        var corruption = new Corruption(CorruptionKind.Noise, 2);
        var (whole, some) = (Pictures(folder).Corrupted(corruption), Pictures(folder).Subset(4, 1).Corrupted(corruption));
        for (var index = 0; index < some.Count; index++)
        {
            var same = Enumerable.Range(0, whole.Count).Single(other => whole.Source(other) == some.Source(index));
            Assert.Equal(whole.Picture(same)!.Pixels.ToArray(), some.Picture(index)!.Pixels.ToArray());
        }
    }

    [Theory]
    [InlineData(1, 20)]
    [InlineData(3, 10)]
    [InlineData(5, 0)]
    public void Noise_lies_below_a_sound_by_the_decibels_of_its_severity(int severity, double decibels)
    {
        var sound = Wave(Sounds.Sine(440, Rate, 8_000, 0.3));
        var worse = SoundCorruption.Apply(sound, new Corruption(CorruptionKind.Noise, severity), 0);
        double Power(IEnumerable<double> samples) => samples.Average(sample => sample * sample);
        var (clean, noisy) = (sound.Samples.ToArray(), worse.Samples.ToArray());
        var ratio = Power(clean.Select(sample => (double)sample)) / Power(clean.Zip(noisy, (first, second) => (double)second - first));
        Assert.Equal(decibels, 10 * Math.Log10(ratio), 0.3);
        Assert.Equal(sound.Samples.ToArray(), clean);
    }

    [Fact]
    public void Silence_stays_silent_and_sounds_are_not_blurred()
    {
        var silence = SoundCorruption.Apply(Wave(new float[100]), new Corruption(CorruptionKind.Noise, 5), 0);
        Assert.All(silence.Samples.ToArray(), sample => Assert.Equal(0, sample));
        var problem = Assert.Throws<ArgumentException>(() =>
            SoundCorruption.Apply(Wave(new float[100]), new Corruption(CorruptionKind.Blur, 1), 0)
        );
        Assert.Contains("blur is for pictures; sounds have noise", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_of_another_kind_refuse_to_be_corrupted()
    {
        using var folder = new DataFolder();
        var texts = folder.Write("texts.csv", "text,label\ngood,1\n");
        var pipeline = InputPipelines.Load(Golden.PathOf("inputs", "text", "uncased"));
        Assert.Empty(pipeline.Corruptions);
        var problem = Assert.Throws<NotSupportedException>(() =>
            pipeline.Open(texts, "all").Corrupted(new Corruption(CorruptionKind.Noise, 1))
        );
        Assert.Contains("cannot be corrupted by noise 1", problem.Message, StringComparison.Ordinal);
    }

    private static ImageExamples Pictures(DataFolder folder) =>
        new(ImageData.Open(folder.Path, "train", DataFolder.Decode), new ImageProcessor(new ImageProcessorConfig()));

    private static float[] Values(LabeledExamples examples, int index) => (float[])examples.Arrays([index], null)[0].Values;

    private static Waveform Wave(float[] samples) =>
        new()
        {
            Samples = samples,
            SampleRateHz = Rate,
            Format = "made",
            StoredChannels = 1,
            StoredRateHz = Rate,
            IsWhole = true,
        };
}
