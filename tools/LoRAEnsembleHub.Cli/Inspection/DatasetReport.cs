using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>What a data set of labelled images holds.</summary>
internal sealed record DatasetReport : ICommandResult
{
    public string Kind { get; } = "dataset";

    public required string Path { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required IReadOnlyList<SplitFact> Splits { get; init; }

    public static DatasetReport Read(string path)
    {
        static RgbImage Decode(string file) => ImageDecoder.Read(file, ImageOrientation.Upright).Image;
        LabeledData<RgbImage>[] parts = [.. ImageData.FindSplits(path).Select(split => ImageData.Open(path, split, Decode))];
        return new DatasetReport
        {
            Path = path,
            Classes = [.. parts.SelectMany(part => part.ClassNames).Distinct()],
            Splits = [.. parts.Select(SplitFact.Of)],
        };
    }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("data set", Path),
                ("classes", Figures.Count(Classes.Count)),
                .. Splits.Select(split =>
                    (
                        split.Name,
                        (string?)
                            $"{Figures.Count(split.Images)} images, the first is {split.FirstSize[0]} × {split.FirstSize[1]} (height × width)"
                    )
                ),
            ]),
            new Grid(
                null,
                [new Column("class"), .. Splits.Select(split => new Column(split.Name, IsNumber: true))],
                [
                    .. Classes.Select(name =>
                        (string[])[name, .. Splits.Select(split => Figures.Count(split.PerClass.GetValueOrDefault(name)))]
                    ),
                ]
            ),
        ];

    public IEnumerable<string> ToQuietLines() => Splits.Select(split => split.Name);
}

/// <summary>One part of a data set: how many images, [height, width] of the first one, and images by class name.</summary>
internal sealed record SplitFact(string Name, int Images, IReadOnlyList<int> FirstSize, IReadOnlyDictionary<string, int> PerClass)
{
    public static SplitFact Of(LabeledData<RgbImage> images)
    {
        var first = images.Read(0);
        return new SplitFact(
            images.Name[(images.Name.LastIndexOf('/') + 1)..],
            images.Count,
            [first.Height, first.Width],
            images.CountPerClass().Index().ToDictionary(count => images.ClassNames[count.Index], count => count.Item)
        );
    }
}
