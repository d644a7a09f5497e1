using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens labelled images in the layouts that data sets commonly come in.</summary>
public static class ImageData
{
    /// <summary>Opens one split of a data set.</summary>
    /// <param name="path">
    /// A folder of IDX files as MNIST has them (<c>train-images-idx3-ubyte.gz</c>, <c>t10k-…</c> or <c>test-…</c>, plain or gzipped); a
    /// folder of <c>split/class/image.png</c> or <c>class/image.png</c>; or a CSV with the columns <c>path</c> and <c>label</c>, and if
    /// wanted <c>name</c> and <c>split</c>, given itself or as the only <c>labels.csv</c> or <c>*.csv</c> of a folder.
    /// </param>
    /// <param name="split">
    /// <c>train</c>, <c>test</c>, <c>validation</c>, or any other part the data set has. A data set that is not divided is opened whole
    /// under each of these three names and <c>all</c>, and is then called <c>…/all</c>.
    /// </param>
    /// <param name="decode">Reads one image file; not called while opening, and never for IDX.</param>
    /// <param name="classNames">
    /// The classes in the order of the labels wanted, as a model's labels; the data set's classes are matched by name if it names them.
    /// Null takes the data set's own: <c>classes.txt</c> or <c>labels.txt</c> (one a line), <c>class_names</c> in the front matter of
    /// <c>README.md</c>, folder names or the column <c>name</c>, else "0", "1", ….
    /// </param>
    /// <returns>The images of the split, in file order.</returns>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The split is missing, or the data are not as described; the message names the file.</exception>
    public static LabeledImages Open(string path, string split, Func<string, RgbImage> decode, IReadOnlyList<string>? classNames = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(split);
        ArgumentNullException.ThrowIfNull(decode);
        if (classNames is not null)
        {
            ClassNameFiles.Checked(classNames, "The class names asked for");
        }

        if (File.Exists(path) && IsCsv(path))
        {
            return CsvImages.Open(path, split, classNames, decode);
        }

        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException(
                $"{path}: not found, or not a data set. Needed: a folder of IDX files, a folder with one folder per class, or a CSV file."
            );
        }

        return IdxFolder.Matches(path) ? IdxFolder.Open(path, split, classNames)
            : TableOf(path) is { } table ? CsvImages.Open(table, split, classNames, decode)
            : ImageFolders.Open(path, split, classNames, decode);
    }

    /// <summary>The parts that a data set is divided into.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <returns>Their names as <see cref="Open"/> takes them, the usual ones in one spelling; <c>all</c> alone where it is not divided; none where the path holds no data set.</returns>
    /// <exception cref="InvalidDataException">A table of images is not as it should be.</exception>
    public static IReadOnlyList<string> FindSplits(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (File.Exists(path))
        {
            return IsCsv(path) ? CsvImages.FindSplits(path) : [];
        }

        return !Directory.Exists(path) ? []
            : IdxFolder.Matches(path) ? IdxFolder.FindSplits(path)
            : TableOf(path) is { } table ? CsvImages.FindSplits(table)
            : ImageFolders.FindSplits(path);
    }

    /// <summary>The name of one part of a data set.</summary>
    internal static string NameOf(string folder, string split) => $"{RepositoryFolder.Of(folder).Name}/{Splits.Canonical(split)}";

    /// <summary>The name of a data set that is not divided.</summary>
    /// <exception cref="InvalidDataException">The part asked for is one that only a divided data set can have.</exception>
    internal static string WholeName(string folder, string split) =>
        split == Splits.Whole || Splits.IsKnown(split)
            ? NameOf(folder, Splits.Whole)
            : throw new InvalidDataException(
                $"{folder}: there is no split '{split}'; the data set is not divided. Ask for '{Splits.Whole}'."
            );

    private static string? TableOf(string folder)
    {
        var tables = Directory.GetFiles(folder).Where(IsCsv).Order(StringComparer.Ordinal).ToArray();
        return tables.FirstOrDefault(file => Path.GetFileName(file) == "labels.csv")
            ?? tables switch
            {
                [] => null,
                [var one] => one,
                _ => throw new InvalidDataException(
                    $"{folder}: {tables.Length} CSV files and no labels.csv. Give the path of the one to open: "
                        + $"{string.Join(", ", tables.Select(Path.GetFileName))}."
                ),
            };
    }

    private static bool IsCsv(string file) => file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
}
