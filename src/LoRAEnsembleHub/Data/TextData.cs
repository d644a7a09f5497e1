namespace LoRAEnsembleHub.Data;

/// <summary>Opens tables of texts, labelled or not.</summary>
public static class TextData
{
    private static readonly string[] folderEndings = [".csv", ".tsv", ".jsonl", ".ndjson"]; // a .txt in a folder may be anything

    /// <summary>Opens one split of a data set.</summary>
    /// <param name="path">
    /// A table as <see cref="TextTables"/> reads it; or a folder with one table for each split, called after it (<c>train.csv</c>,
    /// <c>test.jsonl</c>), or with a single table.
    /// </param>
    /// <param name="split">
    /// <c>train</c>, <c>test</c>, <c>validation</c>, or any other part the data set has, by its files or by the table's column of splits. A
    /// data set that is not divided is opened whole under each of these three names and <c>all</c>.
    /// </param>
    /// <param name="classNames">
    /// The classes in the order of the labels wanted, as a model's labels; null takes the data set's own, or none where its texts have no
    /// labels. Labels that are all whole numbers number the classes wanted, or those that the folder names.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="DataSetException">The split is missing, labels are wanted and missing, or a table is not as described.</exception>
    public static LabeledData<TextRow> Open(string path, string split, IReadOnlyList<string>? classNames = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(split);
        if (classNames is not null)
        {
            ClassNameFiles.Checked(classNames, "The class names asked for");
        }

        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new DirectoryNotFoundException(
                $"{path}: not found. Needed: a table of texts (.csv, .tsv, .jsonl, .txt), or a folder with one."
            );
        }

        var files = FilesOf(path);
        if (files.Keys.Any(Splits.IsKnown))
        {
            var part = Splits.Pick(path, split, files.Keys);
            // the classes of all files, so that a class without texts in one split moves no label
            var all = files
                .Where(file => file.Key == part || (Splits.IsKnown(file.Key) && TextTables.Holds(file.Value)))
                .ToDictionary(file => file.Key, file => Agreed(TextTables.Read(file.Value), file.Key), StringComparer.Ordinal);
            return Labeled(path, DataNames.Of(path, split), all.Values.SelectMany(rows => rows), all[part], classNames);
        }

        var table = Only(path, files);
        var texts = TextTables.Read(table);
        // the table's own name, because a folder may hold several
        var place = Path.ChangeExtension(table, null);
        if (texts.All(row => row.Split is null))
        {
            return Labeled(table, DataNames.Whole(place, split), texts, texts, classNames);
        }

        var picked = Splits.Pick(table, split, texts.Select(row => row.Split ?? ""));
        return Labeled(table, DataNames.Of(place, split), texts, [.. texts.Where(row => (row.Split ?? "") == picked)], classNames);
    }

    /// <summary>The parts that a data set is divided into.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <returns>As for <see cref="ImageData.FindSplits"/>.</returns>
    /// <exception cref="DataSetException">A table of texts is not as it should be, or it is open which of several is meant.</exception>
    public static IReadOnlyList<string> FindSplits(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var files = FilesOf(path);
        if (files.Count == 0 || !files.Values.Any(TextTables.Holds))
        {
            return [];
        }

        if (files.Keys.Any(Splits.IsKnown))
        {
            return [.. files.Keys.Select(Splits.Canonical).Distinct(StringComparer.Ordinal)];
        }

        var texts = TextTables.Read(Only(path, files));
        return texts.All(row => row.Split is null)
            ? [Splits.Whole]
            : [.. texts.Select(row => Splits.Canonical(row.Split ?? "")).Distinct(StringComparer.Ordinal)];
    }

    // Tables by their names without ending.
    private static SortedDictionary<string, string> FilesOf(string path)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (File.Exists(path))
        {
            files[Path.GetFileName(path)] = path; // one file is no split, whatever it is called
            return files;
        }

        if (!Directory.Exists(path))
        {
            return files;
        }

        foreach (var file in Directory.GetFiles(path).Order(StringComparer.Ordinal))
        {
            if (folderEndings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase) && Path.GetFileName(file)[0] != '.')
            {
                var name = Path.GetFileNameWithoutExtension(file);
                files[name] = !files.TryGetValue(name, out var other)
                    ? file
                    : throw DataSetException.Unfit($"{other} and {file} have the same name. Remove or rename one of them.");
            }
        }

        return files;
    }

    // A file that is one split must not hold rows of another: they would be learned from, or measured on, against what they say.
    private static IReadOnlyList<TextRow> Agreed(IReadOnlyList<TextRow> rows, string part) =>
        rows.FirstOrDefault(row => row.Split is { } own && Splits.Canonical(own) != Splits.Canonical(part)) is { } other
            ? throw DataSetException.Unfit(
                $"{other.Source}: the row says that it is of the split {other.Split}, and its file is called {part}. "
                    + "Give the file itself to divide it by its column, or take the column out."
            )
            : rows;

    private static string Only(string path, SortedDictionary<string, string> files) =>
        files.Values.ToArray() switch
        {
            [var one] => one,
            [] => throw DataSetException.NotFound(
                $"{path}: no table of texts found. Needed: a file that ends in {string.Join(", ", folderEndings)}."
            ),
            var several => throw DataSetException.Unfit(
                $"{path}: {several.Length} tables, and none is called train or test. Give the path of the one to open: "
                    + $"{string.Join(", ", several.Select(Path.GetFileName))}."
            ),
        };

    private static LabeledTexts Labeled(
        string place,
        string name,
        IEnumerable<TextRow> all,
        IReadOnlyList<TextRow> chosen,
        IReadOnlyList<string>? classNames
    )
    {
        if (chosen.Count == 0)
        {
            throw DataSetException.Unfit($"{place}: no texts in {name}; one or more are needed.");
        }

        TextRow[] labeled = [.. all.Where(row => row.Label is not null)];
        // a part whose labels are kept secret, as GLUE's tests
        if (classNames is null && chosen.All(row => row.Label is null))
        {
            return new LabeledTexts(name, [], [.. chosen.Select(row => (row, -1))]);
        }

        if (chosen.FirstOrDefault(row => row.Label is null) is { } bare)
        {
            throw DataSetException.Unfit(
                $"{bare.Source}: the text has no label. "
                    + (labeled.Length > 0 ? "Give it one, or leave the row out." : "Add a column label to the table.")
                    + " Texts without labels can only be predicted."
            );
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(labeled[0].File))!;
        var areNumbers = labeled.All(row => ClassNumber.Is(row.Label!));
        var own =
            ClassNameFiles.Find(folder)
            ?? (!areNumbers ? [.. labeled.Select(row => row.Label!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : null);
        // what another part of the table says is its own affair, as the −1 of texts whose class is kept secret
        var classes = areNumbers ? 1 + labeled.Max(row => ClassNumber.TryRead(row.Label, out var number) ? number : -1) : 0;
        var map = new LabelMap(place, own, classNames, classes);
        return new LabeledTexts(
            name,
            map.ClassNames,
            [
                .. chosen.Select(row =>
                    (row, areNumbers ? map.ByNumber(ClassNumber.Read(row.Label, row.Source), row.Source) : map.ByName(row.Label!))
                ),
            ]
        );
    }
}
