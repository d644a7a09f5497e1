using System.Collections.Concurrent;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Pictures for ViT and DeiT.</summary>
internal sealed class ImagePipeline(string place, InputOptions options) : InputPipeline
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> facts = new(StringComparer.Ordinal);
    private readonly ImageProcessor processor =
        options.Normalization == PixelNormalization.Unit
            ? new ImageProcessor(ImageProcessorConfig.Load(place) with { DoNormalize = false })
            : ImageProcessor.Load(place);

    public override string InputName => "pixel_values";

    public override string Word => "image";

    public override string Many => "images";

    public override FileKind Files => FileKind.Image;

    public override IReadOnlyDictionary<string, string> OwnFiles
    {
        get
        {
            var config = ImageProcessorConfig.Load(place);
            config = options.Normalization == PixelNormalization.Unit ? config with { DoNormalize = false } : config;
            return new Dictionary<string, string> { [ImageProcessorConfig.FileName] = config.ToJson() };
        }
    }

    public override LabeledExamples Open(string path, string split, IReadOnlyList<string>? classNames = null) =>
        new ImageExamples(ImageData.Open(path, split, Decode, classNames), processor);

    public override LabeledExamples OpenForTraining(RunConfig config)
    {
        var images = ImageData.Open(config.Data, config.Split, Decode);
        return new ImageExamples(images, processor, config.Augmentation, config.Training.Seed);
    }

    public override LabeledExamples FromItems(IReadOnlyList<InputItem> items, IReadOnlyList<string> classNames) =>
        new ImageExamples(
            new LabeledFiles<RgbImage>(NameOf(items), classNames, [.. items.Select(item => (item.Source, 0))], Decode),
            processor
        )
        {
            FactsOf = file => facts.GetValueOrDefault(file, []),
        };

    public override IReadOnlyList<string> FindSplits(string path) => ImageData.FindSplits(path);

    private RgbImage Decode(string file)
    {
        var decoded = ImageDecoder.Read(file, options.Orientation);
        if (decoded.Facts(options.Orientation) is { Count: > 0 } done)
        {
            facts[file] = done;
        }

        return decoded.Image;
    }

    private string NameOf(IReadOnlyList<InputItem> items) => items.Count == 1 ? items[0].Source : $"{items.Count} {Many}";
}
