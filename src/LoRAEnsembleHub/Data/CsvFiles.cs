using System.Globalization;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens a table of files: the columns <c>path</c> and <c>label</c>, and if wanted <c>name</c> and <c>split</c>.</summary>
/// <remarks>
/// Labels are class numbers if every one in the file is a whole number, and class names otherwise. The column <c>name</c> names the
/// numbers. Other columns are ignored.
/// </remarks>
internal static class CsvFiles
{
    /// <summary>Opens one split; the files come in the order of the rows.</summary>
    /// <exception cref="DataSetException">A row is wrong; the message names the file and the line.</exception>
    internal static LabeledData<T> Open<T>(
        string file,
        string split,
        IReadOnlyList<string>? classNames,
        FileKind kind,
        Func<string, T> decode
    )
    {
        var table = CsvTable.Read(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var (path, label, splitColumn) = (table.Need("path"), table.Need("label"), table.Find("split"));
        if (table.Rows.Count == 0)
        {
            throw DataSetException.Malformed($"{file}: no rows below the header; one row per {kind.Word} is needed.");
        }

        var numbers = table.Rows.All(row => ClassNumber.Is(row.Fields[label]))
            ? table.Rows.Select(row => ClassNumber.Read(row.Fields[label], $"{file}({row.Line})")).ToArray()
            : null;
        var own = ClassNameFiles.Find(folder) ?? (numbers is null ? Texts(table, label) : NamesOf(table, file, numbers, "name"));
        var map = new LabelMap(file, own, classNames, numbers is null ? 0 : numbers.Max() + 1);
        var picked = splitColumn is { } at ? Splits.Pick(file, split, table.Rows.Select(row => row.Fields[at])) : null;
        var files = new List<(string File, int Label)>();
        for (var index = 0; index < table.Rows.Count; index++)
        {
            var row = table.Rows[index];
            if (picked is null || row.Fields[splitColumn!.Value] == picked)
            {
                var where = $"{file}({row.Line})";
                var mapped = numbers is null ? map.ByName(row.Fields[label]) : map.ByNumber(numbers[index], where);
                files.Add((Inside(folder, row.Fields[path], kind, where), mapped));
            }
        }

        var name = picked is null ? DataNames.Whole(folder, split) : DataNames.Of(folder, split);
        return new LabeledFiles<T>(name, map.ClassNames, files, decode);
    }

    /// <summary>Whether the table has a column of paths, and its first row names a file of the kind; an empty table may be of any.</summary>
    internal static bool Holds(string file, FileKind kind)
    {
        var table = CsvTable.Read(file);
        return table.Find("path") is { } path && (table.Rows.Count == 0 || kind.Matches(table.Rows[0].Fields[path]));
    }

    /// <summary>The splits that the table's column names, in one spelling each and in the order they come.</summary>
    internal static IReadOnlyList<string> FindSplits(string file)
    {
        var table = CsvTable.Read(file);
        return table.Find("split") is { } at ? [.. table.Rows.Select(row => Splits.Canonical(row.Fields[at])).Distinct()] : [Splits.Whole];
    }

    /// <summary>The whole path of a file that a table names.</summary>
    /// <exception cref="DataSetException">It is not there, is of another kind, or lies outside the folder.</exception>
    /// <remarks>A table from elsewhere must not make this program read any file it likes.</remarks>
    internal static string Inside(string folder, string path, FileKind kind, string where)
    {
        var full = Path.GetFullPath(Path.Combine(folder, path));
        if (
            Path.IsPathRooted(path)
            || !full.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        )
        {
            throw DataSetException.Malformed($"{where}: '{path}' leaves {folder}. Give paths below that folder.");
        }

        if (!kind.Matches(full))
        {
            throw DataSetException.Malformed($"{where}: '{path}' is no {kind.Word} by its name; {kind.Many} end in {kind.Endings}.");
        }

        return File.Exists(full)
            ? full
            : throw DataSetException.NotFound($"{where}: the {kind.Word} '{path}' is not there. Paths are taken from {folder}.");
    }

    private static string[] Texts(CsvTable table, int label) =>
        [.. table.Rows.Select(row => row.Fields[label]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The names that a column gives to classes that another one numbers; null where there is no such column.</summary>
    /// <exception cref="DataSetException">A class has two names, or two classes have one.</exception>
    /// <remarks>A class without a file has no name in the table; its number stands in.</remarks>
    internal static string[]? NamesOf(CsvTable table, string file, int[] numbers, string nameColumn)
    {
        if (table.Find(nameColumn) is not { } column)
        {
            return null;
        }

        var names = new string?[numbers.Max() + 1];
        for (var index = 0; index < numbers.Length; index++)
        {
            var (known, given) = (names[numbers[index]], table.Rows[index].Fields[column]);
            if (known is not null && known != given)
            {
                throw DataSetException.Malformed(
                    $"{file}({table.Rows[index].Line}): class {numbers[index]} is called '{given}' here and '{known}' above. Use one name."
                );
            }

            names[numbers[index]] = given;
        }

        return
        [
            .. ClassNameFiles.Checked([.. names.Select((name, number) => name ?? number.ToString(CultureInfo.InvariantCulture))], file),
        ];
    }
}
