using System.Globalization;
using System.Text.Json;
using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Labelled sounds, varied and prepared as the spectrograms that an audio model takes.</summary>
/// <remarks>Random changes are drawn from seed, epoch and example, so they do not depend on batches, on the order, or on a restart.</remarks>
public sealed class AudioExamples : LabeledExamples
{
    private const long AugmentationStream = 3;
    private const long CachedNumbers = 64L << 20;

    private readonly LabeledData<Waveform> sounds;
    private readonly AudioFeatureExtractor extractor;
    private readonly SpectrogramAugmentation augmentation;
    private readonly long seed;
    private readonly ExampleFacts facts = new(FileKind.Audio.Many);
    private readonly float[]?[] cache; // spectrograms before masks and normalisation
    private long cachedNumbers;

    /// <summary>Joins a data set and its preparation.</summary>
    /// <param name="sounds">The sounds, at the extractor's rate.</param>
    /// <param name="extractor">How they become model input.</param>
    /// <param name="augmentation">Random changes in training; null for none.</param>
    /// <param name="seed">Seed of the random changes.</param>
    public AudioExamples(
        LabeledData<Waveform> sounds,
        AudioFeatureExtractor extractor,
        SpectrogramAugmentation? augmentation = null,
        long seed = 0
    )
    {
        ArgumentNullException.ThrowIfNull(sounds);
        ArgumentNullException.ThrowIfNull(extractor);
        (this.sounds, this.extractor, this.augmentation, this.seed) = (
            sounds,
            extractor,
            augmentation ?? new SpectrogramAugmentation(),
            seed
        );
        cache = new float[]?[sounds.Count];
    }

    /// <inheritdoc />
    public override string Name => sounds.Name;

    /// <inheritdoc />
    public override int Count => sounds.Count;

    /// <inheritdoc />
    public override IReadOnlyList<string> ClassNames => sounds.ClassNames;

    /// <inheritdoc />
    public override string Preparation =>
        $"{extractor.Description}\n{seed}\n{JsonSerializer.Serialize(augmentation, TrainingOptions.Json)}";

    /// <inheritdoc />
    public override IReadOnlyList<string> Remarks => facts.ToRemarks();

    /// <inheritdoc />
    public override int Label(int index) => sounds.Label(index);

    /// <inheritdoc />
    public override string Source(int index) => sounds.Source(index);

    /// <inheritdoc />
    public override IReadOnlyList<string> Facts(int index) => facts.Of(index);

    /// <summary>The spectrogram to look at: time to the right, low frequencies at the bottom, loud is bright.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public override RgbImage Picture(int index) => SpectrogramPicture.Draw(Bank(index), extractor.Mels);

    /// <inheritdoc />
    public override LabeledExamples Corrupted(Corruption corruption) =>
        SoundCorruption.Kinds.Contains(corruption.Kind)
            ? new AudioExamples(
                new ChangedData<Waveform>(
                    sounds,
                    $"{Name}, {corruption}",
                    (sound, index) => SoundCorruption.Apply(sound, corruption, index)
                ),
                extractor,
                augmentation,
                seed
            )
            : base.Corrupted(corruption);

    /// <inheritdoc />
    public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
    {
        var size = extractor.Frames * extractor.Mels;
        var chosen = indices.ToArray();
        var values = new float[(long)size * chosen.Length];
        ParallelItems.For(chosen.Length, i => Write(chosen[i], epoch, values.AsSpan(i * size, size)));
        return [new NumberArray(AudioPipeline.Input, [chosen.Length, extractor.Frames, extractor.Mels], values)];
    }

    private void Write(int index, int? epoch, Span<float> into)
    {
        if (epoch is null)
        {
            Bank(index).CopyTo(into);
        }
        else
        {
            var random = new SeededRandom(seed, AugmentationStream, epoch.Value, index);
            if (augmentation.ChangesSamples)
            {
                var samples = Read(index).ToArray();
                augmentation.ApplyToSamples(samples, ref random);
                extractor.FilterBank(samples, into);
            }
            else
            {
                Bank(index).CopyTo(into);
            }

            augmentation.ApplyToSpectrogram(into, extractor.Mels, ref random);
        }

        extractor.Normalize(into);
    }

    private ReadOnlyMemory<float> Read(int index)
    {
        var sound = sounds.Read(index);
        facts.Note(index, sounds.Source(index), FactsOf(sound));
        return sound.Samples;
    }

    // What was computed once serves every epoch, as far as memory is meant for it.
    private float[] Bank(int index)
    {
        if (cache[index] is { } kept)
        {
            return kept;
        }

        var bank = new float[extractor.Frames * extractor.Mels];
        extractor.FilterBank(Read(index).Span, bank);
        if (Array.FindIndex(bank, value => !float.IsFinite(value)) is >= 0 and var odd)
        {
            throw new AudioException(
                sounds.Source(index),
                $"The sound is so loud that frame {odd / extractor.Mels} of its spectrogram is not finite; full scale is −1 to 1. Scale the samples."
            );
        }

        if (Interlocked.Add(ref cachedNumbers, bank.Length) <= CachedNumbers)
        {
            cache[index] = bank;
        }

        return bank;
    }

    private string[] FactsOf(Waveform sound)
    {
        var done = new List<string>();
        if (sound.IsMixed)
        {
            done.Add($"{sound.StoredChannels} channels were mixed into one");
        }

        if (sound.IsResampled)
        {
            done.Add($"resampled from {sound.StoredRateHz} to {sound.SampleRateHz} Hz");
        }

        if (!sound.IsWhole || sound.Samples.Length > extractor.MaxSamples)
        {
            var seconds = (double)extractor.MaxSamples / sound.SampleRateHz;
            done.Add($"only the first {seconds.ToString("0.###", CultureInfo.InvariantCulture)} s are heard; the rest was cut off");
        }

        return [.. done];
    }
}
