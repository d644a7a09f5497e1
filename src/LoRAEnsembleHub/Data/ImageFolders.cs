using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens <c>split/class/image.png</c>, or <c>class/image.png</c> where the data set is not divided.</summary>
internal static class ImageFolders
{
    /// <summary>Opens one split; classes and images come in ordinal order of their names.</summary>
    /// <exception cref="InvalidDataException">The split is missing or holds no images.</exception>
    internal static LabeledImages Open(string folder, string split, IReadOnlyList<string>? classNames, Func<string, RgbImage> decode)
    {
        var parts = Parts(folder);
        var divided = parts.Any(Splits.IsKnown);
        var root = divided ? Path.Combine(folder, Splits.Pick(folder, split, parts)) : folder;
        var name = divided ? ImageData.NameOf(folder, split) : ImageData.WholeName(folder, split);

        // The classes of all splits, so that a class without images in one split moves no label.
        var own = (divided ? parts.SelectMany(part => Folders(Path.Combine(folder, part))) : Folders(folder))
            .Select(Path.GetFileName)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var map = new LabelMap(folder, ClassNameFiles.Find(folder) ?? own, classNames, 0);
        var images = Folders(root).SelectMany(place => Images(place, map.ByName(Path.GetFileName(place)))).ToArray();
        return images.Length > 0
            ? new FileImages(name, map.ClassNames, images, decode)
            : throw new InvalidDataException(
                $"{root}: no images found. Needed: one folder per class with files ending in {FileImages.KnownEndings}; "
                    + "or IDX files; or a CSV with the columns path and label."
            );
    }

    /// <summary>The splits, in one spelling each; none where no folder holds an image.</summary>
    internal static IReadOnlyList<string> FindSplits(string folder)
    {
        var parts = Parts(folder);
        return parts.Any(Splits.IsKnown)
                ? [.. parts.Where(part => Folders(Path.Combine(folder, part)).Any(IsClass)).Select(Splits.Canonical).Distinct()]
            : Folders(folder).Any(IsClass) ? [Splits.Whole]
            : [];
    }

    private static string[] Parts(string folder) =>
        [.. Folders(folder).Where(part => !IsClass(part)).Select(Path.GetFileName).OfType<string>()];

    private static bool IsClass(string folder) => Files(folder).Any();

    private static IEnumerable<(string File, int Label)> Images(string folder, int label) => Files(folder).Select(file => (file, label));

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => FileImages.IsImage(file) && !IsHidden(file)).Order(StringComparer.Ordinal);

    private static string[] Folders(string folder) =>
        [.. Directory.EnumerateDirectories(folder).Where(place => !IsHidden(place)).Order(StringComparer.Ordinal)];

    // What version control, editors and archivers leave behind is no class.
    private static bool IsHidden(string path) => Path.GetFileName(path) is ['.', ..] or ['_', '_', ..];
}
