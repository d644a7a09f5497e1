using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The table of predictions that people see.</summary>
internal static class PredictionTable
{
    /// <summary>One row per image; a column of true classes where any is known.</summary>
    public static Grid Of(string? title, IReadOnlyList<ImagePrediction> images)
    {
        var (isLabelled, hasTop) = (images.Any(image => image.TrueLabel is not null), images.Any(image => image.Top.Count > 1));
        Column[] columns =
        [
            new("image"),
            .. isLabelled ? [new Column("true")] : Array.Empty<Column>(),
            new("label"),
            new("probability", IsNumber: true),
            new("entropy", IsNumber: true),
            new("mutual inf.", IsNumber: true),
            new("votes"),
            .. hasTop ? [new Column("most probable")] : Array.Empty<Column>(),
        ];
        return new Grid(title, columns, [.. images.Select(image => Row(image, isLabelled, hasTop))]);
    }

    private static string[] Row(ImagePrediction image, bool isLabelled, bool hasTop) =>
        [
            ShortName(image.Image),
            .. isLabelled ? [image.TrueLabel ?? ""] : Array.Empty<string>(),
            image.IsCorrect == false ? $"{image.Label} ✗" : image.Label,
            Figures.Short(image.Probability),
            Figures.Short(image.PredictiveEntropy),
            Figures.Short(image.MutualInformation),
            image.VotesInWords(),
            .. hasTop
                ? [string.Join(", ", image.Top.Select(entry => $"{entry.Label} {Figures.Short(entry.Probability)}"))]
                : Array.Empty<string>(),
        ];

    /// <summary>Images of a data set are told by their number; the path of the one file they lie in would fill the line.</summary>
    private static string ShortName(string source) =>
        source.LastIndexOf('#') is var mark and >= 0 && !File.Exists(source) ? source[mark..] : source;
}
