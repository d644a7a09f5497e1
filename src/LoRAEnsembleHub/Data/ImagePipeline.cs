using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Pictures for ViT and DeiT.</summary>
internal sealed class ImagePipeline : InputPipeline
{
    private readonly ImageProcessorConfig config;
    private readonly ImageProcessor processor;
    private readonly ImageOrientation orientation;

    internal ImagePipeline(string place, InputOptions options)
    {
        options.RefuseOthersThan(FileKind.Image.Word);
        config = ImageProcessorConfig.Load(place);
        config = options.Normalization == PixelNormalization.Unit ? config with { DoNormalize = false } : config;
        processor = new ImageProcessor(config);
        orientation = options.Orientation ?? options.UsualOrientation;
    }

    public override string InputName => "pixel_values";

    public override string Word => FileKind.Image.Word;

    public override string Many => FileKind.Image.Many;

    public override FileKind Files => FileKind.Image;

    public override IReadOnlyList<CorruptionKind> Corruptions => ImageCorruption.Kinds;

    public override IReadOnlyDictionary<string, string> OwnFiles =>
        new Dictionary<string, string> { [ImageProcessorConfig.FileName] = config.ToJson() };

    public override LabeledExamples Open(string path, string split, IReadOnlyList<string>? classNames = null) =>
        new ImageExamples(ImageData.Open(path, split, Decode, classNames), processor);

    public override LabeledExamples OpenForTraining(RunConfig config)
    {
        config.RefuseOthersThan(Many);
        var images = ImageData.Open(config.Data, config.Split, Decode);
        return new ImageExamples(images, processor, config.Augmentation, config.Training.Seed);
    }

    public override LabeledExamples FromItems(IReadOnlyList<InputItem> items, IReadOnlyList<string> classNames)
    {
        var facts = new ConcurrentDictionary<int, IReadOnlyList<string>>();
        RgbImage Read(InputItem item, int index)
        {
            var decoded = item.Bytes is { } bytes
                ? ImageDecoder.Decode(bytes.Span, item.Source, orientation)
                : ImageDecoder.Read(item.Source, orientation);
            facts[index] = decoded.Facts(orientation);
            return decoded.Image;
        }

        return new ImageExamples(new GivenItems<RgbImage>(NameOf(items), classNames, items, Files, Read), processor)
        {
            FactsOf = index => facts.GetValueOrDefault(index, []),
        };
    }

    public override IReadOnlyList<string> FindSplits(string path) => ImageData.FindSplits(path);

    internal override JsonObject TrainingFacts(RunConfig config) =>
        new()
        {
            ["normalization"] = JsonSerializer.SerializeToNode(config.Normalization, TrainingOptions.Json),
            ["augmentation"] = JsonSerializer.SerializeToNode(config.Augmentation, TrainingOptions.Json),
        };

    private RgbImage Decode(string file) => ImageDecoder.Read(file, orientation).Image;
}
