using System.Text.Json;
using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Labelled images, augmented and prepared as the input of an image model.</summary>
/// <remarks>Augmentation is drawn from seed, epoch and example, so it does not depend on batches, on the order, or on a restart.</remarks>
public sealed class ImageExamples : LabeledExamples
{
    private const long AugmentationStream = 3;
    private const long CachedPixels = 256L << 20;

    private readonly LabeledData<RgbImage> images;
    private readonly ImageProcessor processor;
    private readonly ImageAugmentation augmentation;
    private readonly long seed;
    private readonly RgbImage?[] cache;
    private long cachedPixels;

    /// <summary>Joins a data set and its preparation.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="processor">How they become model input.</param>
    /// <param name="augmentation">Random changes in training; null for none.</param>
    /// <param name="seed">Seed of the random changes.</param>
    public ImageExamples(LabeledData<RgbImage> images, ImageProcessor processor, ImageAugmentation? augmentation = null, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(processor);
        (this.images, this.processor, this.augmentation, this.seed) = (images, processor, augmentation ?? new ImageAugmentation(), seed);
        cache = new RgbImage?[images.Count];
    }

    /// <inheritdoc />
    public override string Name => images.Name;

    /// <inheritdoc />
    public override int Count => images.Count;

    /// <inheritdoc />
    public override IReadOnlyList<string> ClassNames => images.ClassNames;

    /// <inheritdoc />
    public override int Label(int index) => images.Label(index);

    /// <inheritdoc />
    public override string Preparation =>
        $"{processor.Description}\n{seed}\n{JsonSerializer.Serialize(augmentation, TrainingOptions.Json)}";

    /// <inheritdoc />
    public override string Source(int index) => images.Source(index);

    /// <inheritdoc />
    public override RgbImage Picture(int index) => images.Read(index);

    /// <inheritdoc />
    public override IReadOnlyList<string> Facts(int index) => FactsOf?.Invoke(index) ?? [];

    /// <inheritdoc />
    public override LabeledExamples Corrupted(Corruption corruption) =>
        new ImageExamples(
            new ChangedData<RgbImage>(images, $"{Name}, {corruption}", (image, index) => ImageCorruption.Apply(image, corruption, index)),
            processor,
            augmentation,
            seed
        )
        {
            FactsOf = FactsOf,
        };

    /// <summary>Tells what was done to decode a picture; null where nobody asks.</summary>
    internal Func<int, IReadOnlyList<string>>? FactsOf { get; init; }

    /// <inheritdoc />
    public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
    {
        var chosen = indices.ToArray();
        var prepared = new RgbImage[chosen.Length];
        ParallelItems.For(chosen.Length, i => prepared[i] = Prepared(chosen[i], epoch));
        var (height, width) = (prepared[0].Height, prepared[0].Width);
        var odd = Array.FindIndex(prepared, image => image.Height != height || image.Width != width);
        if (odd >= 0)
        {
            throw new ImageException(
                images.Source(chosen[odd]),
                $"it is {prepared[odd].Height} × {prepared[odd].Width} pixels after preparation, others of the batch are {height} × {width}; "
                    + "one batch needs one size: turn do_resize on in preprocessor_config.json, or take such pictures one by one"
            );
        }

        var values = new float[3L * height * width * chosen.Length];
        ParallelItems.For(prepared.Length, i => processor.Write(prepared[i], values.AsSpan(3 * height * width * i, 3 * height * width)));
        return [new NumberArray("pixel_values", [chosen.Length, 3, height, width], values)];
    }

    private RgbImage Prepared(int index, int? epoch)
    {
        if (epoch is null || augmentation == new ImageAugmentation())
        {
            // nothing random: what was prepared once serves every epoch
            return cache[index] ?? Kept(index, processor.Fit(images.Read(index)));
        }

        var random = new SeededRandom(seed, AugmentationStream, epoch.Value, index);
        return processor.Fit(augmentation.Apply(images.Read(index), ref random));
    }

    private RgbImage Kept(int index, RgbImage image)
    {
        if (Interlocked.Add(ref cachedPixels, image.Pixels.Length) <= CachedPixels)
        {
            cache[index] = image;
        }

        return image;
    }
}
