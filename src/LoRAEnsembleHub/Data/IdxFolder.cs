using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens a folder laid out like MNIST: one IDX file of images and one of labels for each split.</summary>
internal sealed class IdxFolder : FolderLayout<RgbImage>
{
    /// <inheritdoc />
    internal override bool Matches(string folder) => FoundSplits(folder).Length > 0;

    /// <inheritdoc />
    internal override IReadOnlyList<string> FindSplits(string folder) => [.. FoundSplits(folder).Select(Splits.Canonical).Distinct()];

    /// <inheritdoc />
    internal override LabeledData<RgbImage> Open(
        string folder,
        string split,
        IReadOnlyList<string>? classNames,
        Func<string, RgbImage> decode
    )
    {
        var found = FoundSplits(folder);
        var prefix = Splits.Pick(folder, split, found);
        var (imageFile, labelFile) = (Needed(folder, prefix, "images", 3), Needed(folder, prefix, "labels", 1));
        var (sizes, pixels) = IdxFile.Read(imageFile, rank: 3); // [count, height, width]
        var (_, labels) = IdxFile.Read(labelFile, rank: 1); // [count]
        if (labels.Length != sizes[0])
        {
            throw DataSetException.Malformed(
                $"{labelFile}: {labels.Length} labels for the {sizes[0]} images of {imageFile}. Fetch both files of one split."
            );
        }

        var own = ClassNameFiles.Find(folder);
        var map = new LabelMap(folder, own, classNames, own is null && classNames is null ? CountClasses(folder, found) : 0);
        var mapped = labels.Select((label, index) => map.ByNumber(label, $"{labelFile}#{index}")).ToArray();
        return new IdxImages(DataNames.Of(folder, split), imageFile, map.ClassNames, pixels, sizes[1], sizes[2], mapped);
    }

    // All splits count, so that every split of a data set has the same classes.
    private static int CountClasses(string folder, IEnumerable<string> splits) =>
        1 + splits.Max(split => Find(folder, split, "labels", 1) is { } file ? IdxFile.Read(file, rank: 1).Values.Max() : 0);

    private static string[] FoundSplits(string folder) =>
        [.. Splits.AllSpellings.Where(prefix => Find(folder, prefix, "images", 3) is not null)];

    private static string Needed(string folder, string prefix, string kind, int rank) =>
        Find(folder, prefix, kind, rank)
        ?? throw DataSetException.NotFound(
            $"{Path.Combine(folder, $"{prefix}-{kind}-idx{rank}-ubyte")}: not found, nor with .gz. Every file of images needs its file of labels."
        );

    // Some mirrors spell the names with a dot. An unpacked file beside its archive is the same data and saves the unpacking.
    private static string? Find(string folder, string prefix, string kind, int rank) =>
        new[] { $"{prefix}-{kind}-idx{rank}-ubyte", $"{prefix}-{kind}.idx{rank}-ubyte" }
            .SelectMany(name => new[] { name, name + ".gz" })
            .Select(name => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
