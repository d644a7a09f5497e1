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

    /// <summary>Random changes, each of which is one of pictures or one of sounds: see <see cref="Changes"/>; or none.</summary>
    public static (ImageAugmentation Pictures, SpectrogramAugmentation? Sounds) Augmentation(string list)
    {
        var (pictures, sounds) = (new ImageAugmentation(), (SpectrogramAugmentation?)null);
        if (Items(list).CountBy(item => item.Split(':')[0]).FirstOrDefault(kind => kind.Value > 1) is { Value: > 1 } twice)
        {
            throw CommandException.Usage($"--augment has {twice.Key} {twice.Value} times; give each change once.");
        }

        foreach (var item in list == "none" ? [] : Items(list))
        {
            if (PictureChange(pictures, item) is { } changed)
            {
                pictures = changed;
            }
            else
            {
                sounds =
                    SoundChange(sounds ?? new SpectrogramAugmentation(), item)
                    ?? throw CommandException.Usage($"--augment has {item}; known are {Changes} and none.");
            }
        }

        return (pictures, sounds);
    }

    /// <summary>The words for random changes.</summary>
    public const string Changes =
        "for pictures flip, vflip, rotate:DEGREES (0 to 360), shift:PIXELS (0 to 65535); "
        + "for sounds mel-mask:BINS, time-mask:FRAMES, time-shift:SAMPLES, gain:DECIBELS (0 to 120), noise:AMPLITUDE (0 to 1)";

    private static ImageAugmentation? PictureChange(ImageAugmentation changes, string item) =>
        item.Split(':') switch
        {
            ["flip"] => changes with { HorizontalFlip = true },
            ["vflip"] => changes with { VerticalFlip = true },
            ["rotate", var degrees] when Number(degrees) is { } angle and <= 360 => changes with { MaximumRotationDegrees = angle },
            ["shift", var pixels] when Whole(pixels, 65_535) is { } shift => changes with { ShiftPixels = shift },
            _ => null,
        };

    private static SpectrogramAugmentation? SoundChange(SpectrogramAugmentation changes, string item) =>
        item.Split(':') switch
        {
            ["mel-mask", var bins] when Whole(bins, 65_535) is { } width => changes with { FrequencyMaskBins = width },
            ["time-mask", var frames] when Whole(frames, 1 << 27) is { } length => changes with { TimeMaskFrames = length },
            ["time-shift", var samples] when Whole(samples, 1 << 29) is { } shift => changes with { ShiftSamples = shift },
            ["gain", var decibels] when Number(decibels) is { } gain and <= 120 => changes with { GainDecibels = gain },
            ["noise", var amplitude] when Number(amplitude) is { } noise and <= 1 => changes with { NoiseAmplitude = noise },
            _ => null,
        };

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

    private static int? Whole(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[] Items(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
