namespace LoRAEnsembleHub.Data;

/// <summary>Opens <c>split/class/file</c>, or <c>class/file</c> where the data set is not divided.</summary>
internal static class ClassFolders
{
    /// <summary>Opens one split; classes and files come in ordinal order of their names.</summary>
    /// <exception cref="DataSetException">The split is missing or holds no files of the kind.</exception>
    internal static LabeledData<T> Open<T>(
        string folder,
        string split,
        IReadOnlyList<string>? classNames,
        FileKind kind,
        Func<string, T> decode
    )
    {
        var parts = Parts(folder, kind);
        var divided = parts.Any(Splits.IsKnown);
        var root = divided ? Path.Combine(folder, Splits.Pick(folder, split, parts)) : folder;
        var name = divided ? DataNames.Of(folder, split) : DataNames.Whole(folder, split);

        // The classes of all splits, so that a class without files in one split moves no label.
        var own = (divided ? parts.SelectMany(part => Folders(Path.Combine(folder, part))) : Folders(folder))
            .Select(Path.GetFileName)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var map = new LabelMap(folder, ClassNameFiles.Find(folder) ?? own, classNames, 0);
        var files = Folders(root)
            .SelectMany(place => Files(place, kind).Select(file => (file, map.ByName(Path.GetFileName(place)))))
            .ToArray();
        return files.Length > 0
            ? new LabeledFiles<T>(name, map.ClassNames, files, decode)
            : throw DataSetException.NotFound(
                $"{root}: no {kind.Many} found. Needed: one folder per class with files ending in {kind.Endings}; "
                    + "or a CSV with the columns path and label."
            );
    }

    /// <summary>The splits, in one spelling each; none where no folder holds a file of the kind.</summary>
    internal static IReadOnlyList<string> FindSplits(string folder, FileKind kind)
    {
        var parts = Parts(folder, kind);
        return parts.Any(Splits.IsKnown)
                ?
                [
                    .. parts
                        .Where(part => Folders(Path.Combine(folder, part)).Any(place => IsClass(place, kind)))
                        .Select(Splits.Canonical)
                        .Distinct(),
                ]
            : Folders(folder).Any(place => IsClass(place, kind)) ? [Splits.Whole]
            : [];
    }

    private static string[] Parts(string folder, FileKind kind) =>
        [.. Folders(folder).Where(part => !IsClass(part, kind)).Select(Path.GetFileName).OfType<string>()];

    private static bool IsClass(string folder, FileKind kind) => Files(folder, kind).Any();

    private static IEnumerable<string> Files(string folder, FileKind kind) =>
        Directory.EnumerateFiles(folder).Where(file => kind.Matches(file) && !IsHidden(file)).Order(StringComparer.Ordinal);

    private static string[] Folders(string folder) =>
        [.. Directory.EnumerateDirectories(folder).Where(place => !IsHidden(place)).Order(StringComparer.Ordinal)];

    // What version control, editors and archivers leave behind is no class.
    private static bool IsHidden(string path) => Path.GetFileName(path) is ['.', ..] or ['_', '_', ..];
}
