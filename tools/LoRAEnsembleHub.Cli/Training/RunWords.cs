using System.Globalization;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Cli.Training;

/// <summary>Reads the values of options that are words or lists.</summary>
internal static class RunWords
{
    private const int MostLayers = 1000;

    /// <summary>A kind by its name in lower case, with dashes between words or without.</summary>
    public static T Kind<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    /// <summary>query,key,…</summary>
    public static IReadOnlyList<ProjectionKind> Targets(string list) => [.. Items(list).Select(Target).Distinct().Order()];

    /// <summary>0,2,5-11; null for all.</summary>
    public static IReadOnlyList<int>? Layers(string list) =>
        list == "all" ? null : [.. Items(list).SelectMany(item => Range(item, list)).Distinct().Order()];

    /// <summary>flip,vflip,rotate:180,shift:2, or none.</summary>
    public static ImageAugmentation Augmentation(string list)
    {
        var changes = new ImageAugmentation();
        foreach (var item in list == "none" ? [] : Items(list))
        {
            changes = item.Split(':') switch
            {
                ["flip"] => changes with { HorizontalFlip = true },
                ["vflip"] => changes with { VerticalFlip = true },
                ["rotate", var degrees] when Number(degrees) is { } angle and <= 360 => changes with { MaximumRotationDegrees = angle },
                ["shift", var pixels] when Number(pixels) is { } shift and <= 65_535 && shift == Math.Floor(shift) => changes with
                {
                    ShiftPixels = (int)shift,
                },
                _ => throw CommandException.Usage(
                    $"--augment has {item}; known are flip, vflip, rotate:DEGREES (0 to 360), shift:PIXELS (0 to 65535) and none."
                ),
            };
        }

        return changes;
    }

    private static ProjectionKind Target(string word)
    {
        var name = word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        return !name.All(char.IsAsciiLetter) || !Enum.TryParse<ProjectionKind>(name, ignoreCase: true, out var kind)
            ? throw CommandException.Usage(
                $"--targets has {word}; known are query, key, value, output, feed-forward-in and feed-forward-out."
            )
            : kind;
    }

    private static IEnumerable<int> Range(string item, string list)
    {
        int[] ends =
        [
            .. item.Split('-').Select(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1),
        ];
        return ends switch
        {
            [>= 0 and < MostLayers and var only] => [only],
            [>= 0 and var first, < MostLayers and var last] when first <= last => Enumerable.Range(first, last - first + 1),
            _ => throw CommandException.Usage($"--layers is {list}; it must be all, or blocks such as 0,2,5-11."),
        };
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[] Items(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
