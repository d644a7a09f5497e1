namespace LoRAEnsembleHub.Data;

/// <summary>Opens data sets of files: of a well-known layout, a table of paths and labels, or a folder per class.</summary>
internal static class FileData
{
    /// <summary>Opens one split.</summary>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="DataSetException">The split is missing, or the data are not as they should be.</exception>
    internal static LabeledData<T> Open<T>(
        string path,
        string split,
        IReadOnlyList<string>? classNames,
        FileKind kind,
        Func<string, T> decode,
        IReadOnlyList<FolderLayout<T>> layouts
    )
    {
        if (classNames is not null)
        {
            ClassNameFiles.Checked(classNames, "The class names asked for");
        }

        if (FolderLayout<T>.Of(path, layouts) is { } layout)
        {
            return layout.Open(path, split, classNames, decode);
        }

        if (File.Exists(path) && IsCsv(path))
        {
            return CsvFiles.Open(path, split, classNames, kind, decode);
        }

        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException(
                $"{path}: not found, or no data set of {kind.Many}. Needed: a folder with one folder per class, or a CSV file"
                    + (
                        kind == FileKind.Image
                            ? ", or a folder of IDX files, of CIFAR's binary version, or of HAM10000."
                            : ", or a folder of ESC-50."
                    )
            );
        }

        return TableOf(path) is { } table
            ? CsvFiles.Open(table, split, classNames, kind, decode)
            : ClassFolders.Open(path, split, classNames, kind, decode);
    }

    /// <summary>The parts that a data set is divided into; none where the path holds no data set of the kind.</summary>
    internal static IReadOnlyList<string> FindSplits<T>(string path, FileKind kind, IReadOnlyList<FolderLayout<T>> layouts)
    {
        if (FolderLayout<T>.Of(path, layouts) is { } layout)
        {
            return layout.FindSplits(path);
        }

        if (File.Exists(path))
        {
            return IsCsv(path) && CsvFiles.Holds(path, kind) ? CsvFiles.FindSplits(path) : [];
        }

        return !Directory.Exists(path) ? []
            : Tables(path) is not [] and var tables
                ? Labels(tables) is { } table && CsvFiles.Holds(table, kind) ? CsvFiles.FindSplits(table)
                    : []
            : ClassFolders.FindSplits(path, kind);
    }

    private static string? TableOf(string folder) =>
        Tables(folder) is not [] and var tables
            ? Labels(tables)
                ?? throw DataSetException.Unfit(
                    $"{folder}: {tables.Length} CSV files and no labels.csv. Give the path of the one to open: "
                        + $"{string.Join(", ", tables.Select(Path.GetFileName))}."
                )
            : null;

    private static string? Labels(string[] tables) =>
        tables.FirstOrDefault(file => Path.GetFileName(file) == "labels.csv") ?? (tables is [var one] ? one : null);

    private static string[] Tables(string folder) => [.. Directory.GetFiles(folder).Where(IsCsv).Order(StringComparer.Ordinal)];

    private static bool IsCsv(string file) => file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
}
