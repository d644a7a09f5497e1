using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The table of predictions that people see.</summary>
internal static class PredictionTable
{
    private const int LongestText = 60;

    /// <summary>One row per input; a column of true classes where any is known.</summary>
    public static Grid Of(string? title, IReadOnlyList<ShownPrediction> predictions)
    {
        var (isLabelled, hasTop) = (predictions.Any(one => one.TrueLabel is not null), predictions.Any(one => one.Top.Count > 1));
        var isAdaptive = predictions.Any(one => one.MembersUsed is not null);
        Column[] columns =
        [
            new("input"),
            .. isLabelled ? [new Column("true")] : Array.Empty<Column>(),
            new("label"),
            new("probability", IsNumber: true),
            new("entropy", IsNumber: true),
            new("mutual inf.", IsNumber: true),
            new("votes"),
            .. isAdaptive ? [new Column("members", IsNumber: true)] : Array.Empty<Column>(),
            .. hasTop ? [new Column("most probable")] : Array.Empty<Column>(),
        ];
        return new Grid(title, columns, [.. predictions.Select(one => Row(one, isLabelled, hasTop, isAdaptive))]);
    }

    private static string[] Row(ShownPrediction one, bool isLabelled, bool hasTop, bool isAdaptive) =>
        [
            Shown(one),
            .. isLabelled ? [one.TrueLabel ?? ""] : Array.Empty<string>(),
            one.IsCorrect == false ? $"{one.Label} ✗" : one.Label,
            Figures.Short(one.Probability),
            Figures.Short(one.PredictiveEntropy),
            Figures.Short(one.MutualInformation),
            one.VotesInWords(),
            .. isAdaptive ? [$"{one.MembersUsed}"] : Array.Empty<string>(),
            .. hasTop
                ? [string.Join(", ", one.Top.Select(entry => $"{entry.Label} {Figures.Short(entry.Probability)}"))]
                : Array.Empty<string>(),
        ];

    /// <summary>
    /// A text as far as there is room for it; examples that lie in one file by their number, and files far away by their last folder, since a whole
    /// path would fill the line.
    /// </summary>
    private static string Shown(ShownPrediction one) =>
        one.Text is { } text ? Shortened(text)
        : one.Input.LastIndexOf('#') is var mark and >= 0 && !File.Exists(one.Input) ? one.Input[mark..]
        : one.Input.Length > LongestText ? Path.Join("…", Path.GetFileName(Path.GetDirectoryName(one.Input)), Path.GetFileName(one.Input))
        : one.Input;

    private static string Shortened(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestText ? line : $"{line[..(LongestText - 1)].TrimEnd()}…";
    }
}
